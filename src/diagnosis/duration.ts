/** A duration for people: `0.8 s`, `60 s`, `2 min 5 s`. */
export function seconds(value: number): string {
  if (value < 0.0015) return '1 ms';
  if (value < 1) return `${Math.round(value * 1000)} ms`;
  if (value < 10) return `${Number(value.toFixed(1))} s`;
  if (value < 120) return `${Math.round(value)} s`;
  if (value < 7200) {
    const rest = Math.round(value) % 60;
    return rest === 0 ? `${Math.round(value / 60)} min` : `${Math.floor(value / 60)} min ${rest} s`;
  }
  return `${Number((value / 3600).toFixed(1))} h`;
}
