/** A vector of length 1 in the same direction, so that a dot product is a cosine. One without a direction becomes the first axis. */
export function unitVector(values: ArrayLike<number>): Float32Array {
  const vector = Float32Array.from(values);
  const length = Math.hypot(...vector);
  if (!(length > 0) || !Number.isFinite(length)) {
    vector.fill(0);
    if (vector.length > 0) vector[0] = 1;
    return vector;
  }
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] ?? 0) / length;
  return vector;
}
