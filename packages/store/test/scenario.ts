import { K, type ModuleSites } from '@execution-cinema/format';
import { makeRecording } from './make-recording.ts';
import { SitesMaker } from './sites-maker.ts';
import { ThreadWriter } from './thread-writer.ts';

const NAMED = K.NAMED_CORRELATION_FIRST;

export interface Scenario {
  file: string;
  writer: ThreadWriter;
  sites: ModuleSites;
  /** Original lines by what stands there. */
  lines: Record<string, number>;
  /** Events by what happened. */
  at: Record<string, number>;
}

/**
 * A small shop, in three chunks: `start` calls `sum(cart, rate)`, which writes a variable and a property, and `pay`,
 * an async function that falls asleep, is woken by the event loop and ends by an error. `start` catches an error of
 * code that is not recorded, `counter` is a closure over a variable of `start`.
 */
export function makeScenario(): Scenario {
  const sites: Record<string, number> = {};
  const maker = new SitesMaker((self) => {
    sites['start'] = self.addFunction('start', { shared: true }, () => {
      sites['startScope'] = self.scopeSite(self.table.scopes.length - 1);
      const count = self.variable('count');
      sites['count='] = self.write(count, 'let');
      self.addScope('catch', false, () => {
        sites['catch'] = self.catching(self.variable('error', 'catch'));
      });
      sites['counter'] = self.addFunction('start.counter', { kind: 'arrow' }, () => {
        sites['count+='] = self.write(count, '+=');
      });
    });
    sites['sum'] = self.addFunction('Cart.sum', { kind: 'method', parameters: ['this', 'rate'] }, () => {
      const total = self.variable('total');
      sites['total='] = self.write(total, 'let');
      sites['this.total='] = self.property('total', 'this');
      sites['total+='] = self.write(total, '+=');
      sites['expression'] = self.expression('total * rate', 'call');
    });
    sites['pay'] = self.addFunction('pay', { kind: 'async', parameters: ['amount'] }, () => {
      sites['await'] = self.suspend();
      sites['receipt='] = self.write(self.variable('receipt', 'const'), 'const');
      sites['throw'] = self.throwing();
    });
  });
  const { at, writer } = writeEvents(sites);
  const lineOf = (site: number): number => maker.table.sites[site - 100]![3];
  return {
    file: makeRecording(writer, maker.table),
    writer,
    sites: maker.table,
    lines: Object.fromEntries(Object.entries(sites).map(([name, site]) => [name, lineOf(site)])),
    at,
  };
}

function writeEvents(sites: Record<string, number>): { at: Record<string, number>; writer: ThreadWriter } {
  const writer = new ThreadWriter();
  const at: Record<string, number> = { start: 0 };
  const site = (name: string): number => sites[name]!;
  const tick = (ms: number): void => {
    writer.timeNs += ms * 1e6;
  };
  const cart = { id: 1, className: 'Cart', fields: { items: 2 } };
  writer.scopeOpen(101, 0, false);
  writer.enter(100);
  tick(1);
  writer.enter(site('start'));
  const scope = writer.scopeOpen(site('startScope'), 1);
  writer.writeScoped(site('count='), scope, 0);
  writer.values(K.LOG, 1, 'opening');
  tick(1);
  writer.enter(site('sum'), cart, 1.5);
  at['sum'] = writer.last;
  writer.values(K.WRITE, site('total='), 10);
  writer.values(K.PROPERTY, site('this.total='), cart, 10);
  at['total=10'] = writer.last;
  writer.cut(2);
  tick(1);
  writer.values(K.WRITE, site('total+='), 15);
  at['total=15'] = writer.last;
  writer.leave(15);
  writer.enter(site('counter'));
  writer.scopeLink(scope);
  writer.writeScoped(site('count+='), scope, 1);
  at['count=1'] = writer.last;
  writer.leave(1);
  tick(1);
  writer.enter(site('pay'), 15);
  at['pay'] = writer.last;
  tick(1);
  const pay = writer.suspend(site('await'));
  at['asleep'] = writer.last;
  // Something that is not recorded throws, and `start` catches it.
  writer.enter(site('counter'));
  writer.leaveBy(K.LEAVE_THROW);
  writer.values(K.CATCH, site('catch'), { id: 2, className: 'SyntaxError', message: 'bad token' });
  at['caught'] = writer.last;
  writer.leave();
  writer.leave();
  at['last of chunk 1'] = writer.last;
  writer.cut();
  tick(5);
  writer.causedBy(1, 4, 2);
  writer.resume(pay);
  at['woken'] = writer.last;
  writer.values(K.WRITE, site('receipt='), 'R1');
  const failure = { id: 3, className: 'PaymentError', message: 'declined' };
  writer.values(K.THROW, site('throw'), failure);
  writer.leaveBy(K.LEAVE_THROW);
  writer.values(K.UNCAUGHT, 1, failure);
  writer.correlation = 0;
  tick(1);
  writer.causedBy(9, 0, NAMED + 7);
  writer.enter(site('counter'));
  writer.nameCorrelation(NAMED + 7, 'GET /cart');
  writer.request(K.REQUEST_START, 0, 7, 'GET', '/cart');
  writer.values(K.MARK, 0, 'milestone', { id: 4, className: 'Object', fields: { done: true } });
  writer.request(K.REQUEST_END, 0, 7, 200);
  writer.leave();
  at['end'] = writer.last;
  return { at, writer };
}
