/** A timeline as bars in inline SVG. */
import { resample, type Timeline } from './sparkline.ts';

const BAR = 6;

/** Bars over the report's whole range, `width` by `height` pixels; only numbers get into the markup. */
export function timelineChart(
  timeline: Timeline,
  range: { from: string; to: string },
  width: number,
  height: number,
): string {
  const values = resample(timeline, range, Math.floor(width / BAR));
  const top = Math.max(...values, 0);
  if (top <= 0) return '';
  const bars = values.map((value, index) => {
    if (value <= 0) return '';
    const size = Math.max(1, Math.round((value / top) * height));
    return `<rect x="${index * BAR}" y="${height - size}" width="${BAR - 1}" height="${size}"/>`;
  });
  return `<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="hits over time">${bars.join('')}</svg>`;
}
