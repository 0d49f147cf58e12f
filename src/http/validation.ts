import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { Failure } from '#src/failures.ts';
import { wordsReader } from './words.ts';

export interface Validators {
  /** Query and path values arrive as text and are read as the schema's types. */
  text(schema: object): (value: unknown, where: string) => void;
  /** A body has its types already: a string where a number belongs is refused (Harbor: 422). */
  body(schema: object): (value: unknown, where: string) => void;
}

/** Compiled once at start. All failures of an input are reported at once, unknown members are left alone. */
export function createValidators(): Validators {
  const options = { allErrors: true, strict: false, useDefaults: true } as const;
  const text = withFormats(new Ajv({ ...options, coerceTypes: 'array' }));
  const body = withFormats(new Ajv(options));
  return {
    text: (schema) => {
      const readWords = wordsReader(schema);
      const check = refusing(text.compile(schema));
      return (value, where) => {
        readWords(value as Record<string, unknown>);
        check(value, where);
      };
    },
    body: (schema) => refusing(body.compile(schema)),
  };
}

function withFormats(ajv: Ajv): Ajv {
  formats.default(ajv);
  return ajv;
}

function refusing(validate: ValidateFunction): (value: unknown, where: string) => void {
  return (value, where) => {
    if (validate(value)) {
      // PostgreSQL's text cannot hold it, and no name or text of ours has use for it.
      if (holdsNul(value)) {
        throw new Failure('UNPROCESSABLE_ENTITY', `validation failure list:\n${where} holds a NUL character`);
      }
      return;
    }
    const list = choicesJoined(validate.errors ?? []).map((error) => describe(error, where));
    // Harbor: every validation failure at once, under this heading (wire.md section 1).
    throw new Failure('UNPROCESSABLE_ENTITY', `validation failure list:\n${[...new Set(list)].join('\n')}`);
  };
}

/** Of a choice among words Ajv says for each that it is not that one, and then that it matches none of them. */
function choicesJoined(errors: readonly ErrorObject[]): ErrorObject[] {
  const isChoice = ({ keyword, schemaPath }: ErrorObject) =>
    keyword === 'const' && schemaPath.includes('/anyOf/');
  const words = Map.groupBy(errors.filter(isChoice), ({ instancePath }) => instancePath);
  return errors
    .filter((error) => !isChoice(error))
    .map((error) => {
      const allowed = error.keyword === 'anyOf' ? words.get(error.instancePath) : undefined;
      if (!allowed) return error;
      const names = allowed.map(({ params }) => params['allowedValue']);
      return { ...error, message: `must be one of ${names.join(', ')}` };
    });
}

// Without recursion: a body may be nested deeper than the stack (G-25).
function holdsNul(value: unknown): boolean {
  const left = [value];
  while (left.length > 0) {
    const one = left.pop();
    if (typeof one === 'string' && one.includes('\0')) return true;
    if (typeof one === 'object' && one !== null) for (const member of Object.values(one)) left.push(member);
  }
  return false;
}

function describe(error: ErrorObject, where: string): string {
  const path = error.instancePath.slice(1).replaceAll('/', '.');
  return `${path === '' ? '' : `${path} `}in ${where} ${error.message ?? 'is invalid'}`;
}
