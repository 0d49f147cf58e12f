/**
 * The name of a repository below its project, as `$repo` of an address has it. Harbor encodes the slashes of a name
 * once in addresses and twice in calls, and people paste both: as no name holds a percent sign, what is still encoded
 * after the router's decoding is decoded again.
 */
export function readRepositoryName(param: string): string {
  try {
    return decodeURIComponent(param);
  } catch {
    // What cannot be decoded names nothing: the server says so.
    return param;
  }
}

/** A repository's name without the project before it. */
export const nameWithin = (project: string, name = ''): string => name.slice(project.length + 1);
