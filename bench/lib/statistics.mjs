/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * The median of what is divided round by round: what disturbs one round disturbs both sides of its ratio.
 *
 * @param {number[]} values
 * @param {number[]} references of the same rounds
 */
export function medianRatio(values, references) {
  return median(values.map((value, round) => value / references[round]))
}
