import type { FilledPart, Moment, OriginStep } from '@execution-cinema/server/protocol';
import { cursor } from '../../app/cursor.ts';
import { goToStep, inspectInput, inspectPart, origin, originError, type Inspected } from '../../app/details.ts';
import { wholeSpan } from '../../app/session.ts';
import { scanLine, START } from '../../model/highlight.ts';
import { timeText } from '../../model/units.ts';
import { ErrorMessage, Message, Waiting } from '../parts/message.tsx';
import { PlaceText } from '../parts/place.tsx';
import { Value } from '../parts/value.tsx';

/** Where a value came from, step by step back. Each step leads to its moment. */
export function OriginChain({ target }: { target: Inspected }) {
  if (!target.origin) {
    return (
      <Message title="Origin needs a variable">
        This value was reached by its place alone. Open it in the list of variables.
      </Message>
    );
  }
  if (originError.value !== null) return <ErrorMessage error={originError.value} />;
  const found = origin.value;
  if (!found) return <Waiting />;
  return (
    <ol class="origin" aria-label={`Where ${target.title} came from`}>
      {found.steps.map((step, index) => (
        <Step key={index} step={step} index={index} />
      ))}
      <li class="origin-end">{found.end}</li>
      {found.filled.length > 0 && <Filled parts={found.filled} at={target.moment} />}
    </ol>
  );
}

/** What was put into a list or object since it was made: each part leads on to where it came from. */
function Filled({ parts, at }: { parts: readonly FilledPart[]; at: Moment }) {
  return (
    <li class="origin-filled">
      <span class="faint">put into it since</span>
      {parts.map((part) => (
        <button
          key={part.name}
          type="button"
          class="filled"
          title={`Where ${part.name} came from`}
          onClick={() => inspectPart(part, at)}
        >
          <span class="origin-value">
            <code>{part.name}</code>
            <span class="faint">=</span>
            <Value value={part.value} room={40} />
          </span>
          <span class="origin-place">
            <span>{part.by.text}</span>
            <PlaceText place={part.by.place} />
          </span>
        </button>
      ))}
    </li>
  );
}

function Step({ step, index }: { step: OriginStep; index: number }) {
  const at = cursor.value;
  const isHere = at?.thread === step.at.thread && at.event === step.at.event;
  return (
    <li class={`origin-step kind-${step.kind}${isHere ? ' here' : ''}${step.likely ? ' likely' : ''}`}>
      <button
        type="button"
        class="origin-main"
        aria-current={isHere ? 'step' : undefined}
        onClick={() => void goToStep(step.at, step.call, step.place)}
      >
        <span class="origin-why">
          {step.why !== '' ? step.why : step.kind}
          {step.likely && (
            <span class="chip amber" title="Not recorded as such; it follows from the code">
              likely
            </span>
          )}
          <time class="faint end">{timeText(step.at.timeNs, wholeSpan.value.toNs / 4)}</time>
        </span>
        <span class="origin-value">
          {step.name !== '' && <code>{step.name}</code>}
          {step.name !== '' && <span class="faint">=</span>}
          <Value value={step.value} room={70} />
        </span>
        {step.text !== '' && <SourceLine text={step.text} />}
        <span class="origin-place">
          <span>{step.function}</span>
          <PlaceText place={step.place} />
        </span>
      </button>
      {step.inputs.length > 1 && (
        <div class="origin-inputs" aria-label={`Read at step ${index + 1}`}>
          <span class="faint">reads</span>
          {step.inputs.map((input, i) => (
            <button key={i} type="button" class="input" disabled={!input.of} onClick={() => inspectInput(step, input)}>
              <code>{input.name}</code> <Value value={input.value} room={24} />
            </button>
          ))}
        </div>
      )}
    </li>
  );
}

function SourceLine({ text }: { text: string }) {
  return (
    <code class="source-line">
      {scanLine(text, START).tokens.map(({ text: part, kind, column }) => (
        <span key={column} class={`t-${kind}`}>
          {part}
        </span>
      ))}
    </code>
  );
}
