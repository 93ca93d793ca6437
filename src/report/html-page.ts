/** The HTML report for users of the library: what draws its charts is loaded when the first page is asked for. */
import type { ReportDocument } from './document.ts';

/** The whole report as an HTML page. */
export async function renderHtmlPage(document: ReportDocument): Promise<string> {
  const { renderHtml } = await import('./html.ts');
  return renderHtml(document);
}
