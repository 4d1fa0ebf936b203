import { PLAN_SHAPE, type Shape } from './shape.ts';

type JsonSchema = Record<string, unknown>;

/** The JSON Schema of a plan file, made from the table that the validator walks. */
export function planJsonSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Instrumentation plan of the tracer',
    description: 'tracer.config.json: what to record, how closely, and what stays secret.',
    ...schemaOf(PLAN_SHAPE),
  };
}

function schemaOf(shape: Shape): JsonSchema {
  switch (shape.kind) {
    case 'text':
      return { type: 'string', minLength: 1, ...(shape.examples.length > 0 ? { examples: shape.examples } : {}) };
    case 'choice':
      return { enum: [...shape.choices] };
    case 'integer':
      return { type: 'integer', minimum: shape.min, maximum: shape.max };
    case 'setting':
      return { ...shape.json };
    case 'list':
      return { type: 'array', items: schemaOf(shape.items) };
    case 'object':
      return {
        type: 'object',
        additionalProperties: false,
        ...(shape.required === undefined ? {} : { required: [...shape.required] }),
        properties: Object.fromEntries(
          Object.entries(shape.keys).map(([key, { shape: inner, description }]) => [
            key,
            { description, ...schemaOf(inner) },
          ]),
        ),
      };
  }
}
