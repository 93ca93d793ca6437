/** What work costs, whatever else the machine is doing: bounds against hostile input must not fail where it is busy. */

/**
 * Processor time of `work` in ms, this process's own; the least of three, so that compilation and garbage of earlier
 * tests do not count.
 */
export function cpuMs(work: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3; i++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}
