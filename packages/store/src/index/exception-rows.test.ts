import { K } from '@execution-cinema/format';
import { expect, test } from 'vitest';
import { makeRecording } from '../../test/make-recording.ts';
import { SitesMaker } from '../../test/sites-maker.ts';
import { ThreadWriter } from '../../test/thread-writer.ts';
import { readRecording } from '../read/recording.ts';
import { openSidecar } from './sidecar.ts';
import { runSql } from './sql.ts';

/** Of an error of code that is not recorded only the `catch` tells: after the call has ended that it passed through. */
test.each([2, 3])('a call is told which caught exception ended it, expressions or not (level %i)', (ceiling) => {
  const site = { outer: 0, inner: 0, catching: 0 };
  const maker = new SitesMaker((self) => {
    site.outer = self.addFunction('outer', { ceiling }, () => {
      self.addScope('catch', false, () => {
        site.catching = self.catching(self.variable('error', 'catch'));
      });
    });
    site.inner = self.addFunction('inner', { ceiling }, () => undefined);
  });
  const writer = new ThreadWriter();
  writer.enter(site.outer);
  writer.enter(site.inner);
  writer.leaveBy(K.LEAVE_THROW);
  writer.values(K.CATCH, site.catching, { id: 2, className: 'SyntaxError', message: 'bad token' });
  writer.leave();
  const recording = readRecording(makeRecording(writer, maker.table));
  const sidecar = openSidecar(recording);
  const { rows } = runSql(
    recording,
    sidecar,
    'SELECT c.function, c.outcome, x.message FROM calls c LEFT JOIN exceptions x ON x.id = c.exception_id ORDER BY c.id',
  );
  expect(rows).toEqual([
    { function: 'outer', outcome: 'returned', message: null },
    { function: 'inner', outcome: 'threw', message: 'bad token' },
  ]);
  sidecar.close();
  recording.close();
});
