/** A summary in the format asked for; each is loaded only when it is used. */
import type { SummaryDocument } from '../report/summary-document.ts';
import type { ReportView } from './render.ts';

export const SUMMARY_FORMATS = ['text', 'json', 'markdown', 'html'] as const;

export async function renderSummary(
  document: SummaryDocument,
  format: (typeof SUMMARY_FORMATS)[number],
  view: ReportView,
): Promise<string> {
  switch (format) {
    case 'text': {
      const { renderSummaryText, SUMMARY_LIMITS } = await import('../report/summary-text.ts');
      return renderSummaryText(document, { ...view, limits: SUMMARY_LIMITS });
    }
    case 'json':
      return (await import('../report/summary-json.ts')).renderSummaryJson(document);
    case 'markdown':
      return (await import('../report/summary-markdown.ts')).renderSummaryMarkdown(document);
    case 'html': {
      const { mailParts } = await import('../report/summary-mail.ts');
      const { SUMMARY_LIMITS } = await import('../report/summary-text.ts');
      return mailParts(document, '', SUMMARY_LIMITS).html;
    }
  }
}
