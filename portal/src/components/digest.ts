/** As much of a digest as people compare: `sha256:0123456789ab`. */
export const shortDigest = (digest: string): string => digest.slice(0, digest.indexOf(':') + 13);
