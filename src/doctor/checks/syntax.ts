/** A configuration that nginx does not read does not carry WebSockets either. */
import { act, ok, wrong } from '../findings.ts';
import type { Check, WholeSubject } from '../types.ts';

export const syntax: Check<WholeSubject> = {
  id: 'syntax',
  title: 'The configuration is well-formed',
  examine: ({ conf }) => {
    const error = conf.problems.find(({ kind }) => kind === 'error');
    if (error === undefined) return ok({ file: null, line: null }, 'The configuration is well-formed.');
    return wrong(error, error.sentence, 'config-invalid', act('Mend it; nginx -t shows the same line.'));
  },
};
