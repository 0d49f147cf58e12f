// Harbor: go-openapi, which reads its parameters, takes each of these for yes, in any case, and every other text for
// no. Here no has its words, too, so that a slip of the pen is told.
const yes: ReadonlySet<string> = new Set('true 1 yes ok y on selected checked t enabled'.split(' '));
const no: ReadonlySet<string> = new Set('false 0 no n off f disabled'.split(' '));

/** What the text of a parameter or a header says; undefined for neither. */
export function truthOf(text: string): boolean | undefined {
  const folded = text.toLowerCase();
  if (yes.has(folded)) return true;
  return no.has(folded) ? false : undefined;
}

/**
 * Reads the words of a query in place, before its schema is asked. Harbor: a parameter without a value is one that was
 * not sent.
 */
export function wordsReader(schema: object): (query: Record<string, unknown>) => void {
  const { properties = {} } = schema as { properties?: Record<string, { type?: unknown }> };
  const ofType = (type: string) => Object.keys(properties).filter((key) => properties[key]?.type === type);
  const truths = ofType('boolean');
  const absentWhenEmpty = [...truths, ...ofType('integer')];
  return (query) => {
    for (const key of absentWhenEmpty) if (query[key] === '') delete query[key];
    for (const key of truths) {
      const text = query[key];
      if (typeof text === 'string') query[key] = truthOf(text) ?? text;
    }
  };
}
