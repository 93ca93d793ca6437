/** A mail as a mail program shows it: its headers above its HTML part. */
import { hostname } from 'node:os';
import PostalMime from 'postal-mime';

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** @param message as `summary --dry-run` prints it; this machine's name becomes `web1` */
export async function mailPage(message: string): Promise<string> {
  const { subject = '', from, to = [], html } = await PostalMime.parse(message);
  if (html === undefined) throw new Error('the mail has no HTML part');
  const head = `<div style="font:14px/1.5 system-ui,sans-serif;padding:14px 20px;border-bottom:1px solid #8886">
<div style="font-size:19px;font-weight:600">${escaped(subject)}</div>
<div style="opacity:.7">${escaped(from?.name ?? '')} to ${escaped(to.map(({ address }) => address ?? '').join(', '))}</div></div>`;
  const own = hostname().replaceAll(/[^\w-]/g, '\\$&');
  return html.replace(/<body[^>]*>/, (body) => `${body}${head}`).replaceAll(new RegExp(`\\b${own}\\b`, 'g'), 'web1');
}
