/** nginx refuses a configuration that says a single-valued thing twice, and runs on with the old one. */
import { duplicatesOf } from '../../nginx-conf/duplicates.ts';
import { act, NOWHERE, ok, spot, wrong } from '../findings.ts';
import type { Check, WholeSubject } from '../types.ts';

export const duplicate: Check<WholeSubject> = {
  id: 'duplicate',
  title: 'No directive stands twice where one may stand',
  examine: ({ conf }) => {
    const [found] = duplicatesOf(conf);
    if (found === undefined) return ok(NOWHERE, 'No directive stands twice where one may stand.');
    const { first, again } = found;
    const same = first.args.join(' ') === again.args.join(' ');
    return wrong(
      again,
      `${again.name} stands here again, after ${spot(first)}: nginx refuses the configuration, and a reload keeps the old one.`,
      'config-invalid',
      act(
        same
          ? `Remove one of the two; wslog fix --cause config-invalid does.`
          : `Keep one of the two: they say ${first.args.join(' ')} and ${again.args.join(' ')}.`,
      ),
    );
  },
};
