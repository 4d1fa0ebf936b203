import { BroadcastChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import type { RecorderMessage } from './messages.ts';

/** Collects the messages of all ports in the order of each port. What comes before `hear` waits. */
export class Inbox {
  private readonly ports: (MessagePort | BroadcastChannel)[] = [];
  private arrived: (message: RecorderMessage) => void = () => {};
  private readonly wake: () => void;
  private pending: RecorderMessage[] = [];

  /** `wake` is called when a message came in by the event loop. */
  constructor(wake: () => void, ports: readonly MessagePort[]) {
    this.wake = wake;
    for (const port of ports) this.addPort(port);
  }

  /** `arrived` is called with each message as it is taken. */
  hear(arrived: (message: RecorderMessage) => void): void {
    this.arrived = arrived;
    for (const message of this.pending) arrived(message);
  }

  addPort(port: MessagePort): void {
    this.ports.push(port);
    port.on('message', (message: RecorderMessage) => {
      this.take(message);
      this.wake();
    });
  }

  addChannel(name: string): void {
    const channel = new BroadcastChannel(name);
    this.ports.push(channel);
    channel.addEventListener('message', (event) => {
      this.take((event as unknown as { data: RecorderMessage }).data);
      this.wake();
    });
  }

  private take(message: RecorderMessage): void {
    if (message.type === 'port') return this.addPort(message.port);
    this.pending.push(message);
    this.arrived(message);
  }

  /** Takes every message that has been posted so far, whether or not the event loop has come to it. */
  receive(): void {
    // Ports that a message adds are visited too: the array grows while it is walked.
    for (const port of this.ports) {
      for (
        let next = receiveMessageOnPort(port as MessagePort);
        next !== undefined;
        next = receiveMessageOnPort(port as MessagePort)
      ) {
        this.take(next.message as RecorderMessage);
      }
    }
  }

  /** Makes the event loops of all threads turn that talk on a channel: nobody listens to what is said. */
  turnPeers(): void {
    for (const port of this.ports) if (port instanceof BroadcastChannel) port.postMessage(null);
  }

  /** Messages not yet stored, oldest first. */
  get messages(): readonly RecorderMessage[] {
    return this.pending;
  }

  /** Adds a message of the recorder's own. */
  add(message: RecorderMessage): void {
    this.pending.push(message);
  }

  /** Forgets the oldest `count` messages: they have been committed. */
  stored(count: number): void {
    this.pending = this.pending.slice(count);
  }

  close(): void {
    for (const port of this.ports) port.close();
  }
}
