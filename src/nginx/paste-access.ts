/** Access lines as people paste them: behind other words, without their beginning, with masked times and clients. */
import { detectAccessLine } from './access-detect.ts';
import type { AccessRecord } from './record.ts';

const TIME_LOCAL = /\[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\]/;
/** Stands in for a time that is not there, so that one reader serves whole lines and parts of them. */
const NO_TIME = '[01/Jan/2000:00:00:00 +0000]';

/** Parses text that was freed from envelopes; null when it is no access line of nginx's. */
export function readPastedAccess(text: string): AccessRecord | null {
  // Every form of an access line quotes its request or is JSON.
  if (!text.includes('"')) return null;
  const whole = detectAccessLine(text);
  if (whole) return whole;
  const time = TIME_LOCAL.exec(text);
  if (!time) return readMasked(text);
  // Whatever precedes `CLIENT - USER [` is not nginx's.
  const head = text.slice(0, time.index).trimEnd().split(' ').slice(-3).join(' ');
  return detectAccessLine(`${head} ${text.slice(time.index)}`);
}

/** What an access line has between its client and its request, the time masked, cut or without its zone. */
const HEAD = /^(\S{1,100}) - \S{1,60} \[(?:\d\d\/[A-Z][a-z]{2}\/\d{4}:[\d:]{2,8}|[^\]\d]{0,40})\] (?=")/;
/** A request and its status: the commonest part to be pasted alone. The opening quote may be lost. */
const REQUEST = /^"?(?=[A-Z]{3,10} \/\S{0,4000} HTTP\/\d(?:\.\d)?" \d{3}(?: (?:\d{1,15}|-)(?: "|$)| ?$))/;

function readMasked(text: string): AccessRecord | null {
  const head = HEAD.exec(text);
  const rest = head ? text.slice(head[0].length) : text;
  const request = REQUEST.exec(rest);
  if (!request) return null;
  const record = detectAccessLine(`${head?.[1] ?? '0.0.0.0'} - - ${NO_TIME} "${rest.slice(request[0].length)}`);
  return record && { ...record, time: null, client: head ? record.client : null };
}
