import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { Failure } from '#src/failures.ts';

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
    text: (schema) => refusing(text.compile(schema)),
    body: (schema) => refusing(body.compile(schema)),
  };
}

function withFormats(ajv: Ajv): Ajv {
  // The package is CommonJS whose default export is nested when seen from a module.
  const add =
    (formats as unknown as { default?: typeof formats.default }).default ??
    (formats as unknown as typeof formats.default);
  add(ajv);
  return ajv;
}

function refusing(validate: ValidateFunction): (value: unknown, where: string) => void {
  return (value, where) => {
    if (validate(value)) return;
    const list = (validate.errors ?? []).map((error) => describe(error, where));
    // Harbor: every validation failure at once, under this heading (wire.md section 1).
    throw new Failure('UNPROCESSABLE_ENTITY', `validation failure list:\n${[...new Set(list)].join('\n')}`);
  };
}

function describe(error: ErrorObject, where: string): string {
  const path = error.instancePath.slice(1).replaceAll('/', '.');
  return `${path === '' ? '' : `${path} `}in ${where} ${error.message ?? 'is invalid'}`;
}
