/** Latencies of one job in milliseconds; grows by doubling, so that adding one costs nothing. */
export class Latencies {
  #values = new Float64Array(1 << 16);
  count = 0;

  add(milliseconds: number): void {
    if (this.count === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.count++] = milliseconds;
  }

  summary(): { p50: number; p90: number; p99: number; max: number } {
    const sorted = this.#values.subarray(0, this.count).sort();
    const at = (share: number): number =>
      sorted[Math.min(this.count - 1, Math.floor(this.count * share))] ?? 0;
    return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
  }
}
