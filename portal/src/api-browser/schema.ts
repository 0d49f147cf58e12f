import type { ApiDocument, Schema } from './document.ts';

type Schemas = ApiDocument['components']['schemas'];

/** A shape as text that looks like a TypeScript type; limits stand behind the member. */
export function shapeText(schema: Schema, schemas: Schemas, indent = ''): string {
  const one = resolved(schema, schemas);
  if (one.const !== undefined) return JSON.stringify(one.const);
  if (one.enum) return one.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (one.anyOf) return [...new Set(one.anyOf.map((part) => shapeText(part, schemas, indent)))].join(' | ');
  const text = typesOf(one).map((type) => typeText(type, one, schemas, indent));
  return text.join(' | ') || 'anything';
}

function typeText(type: string, schema: Schema, schemas: Schemas, indent: string): string {
  if (type === 'array') {
    const items = schema.items ? shapeText(schema.items, schemas, indent) : 'anything';
    return items.includes(' | ') ? `(${items})[]` : `${items}[]`;
  }
  if (type !== 'object') return type;
  const deeper = `${indent}  `;
  const lines = Object.entries(schema.properties ?? {}).map(([name, member]) => {
    const optional = schema.required?.includes(name) ? '' : '?';
    const limits = limitsOf(resolved(member, schemas));
    return `${deeper}${name}${optional}: ${shapeText(member, schemas, deeper)}${limits && `  // ${limits}`}`;
  });
  const others = Object.values(schema.patternProperties ?? {})[0] ?? schema.additionalProperties;
  if (typeof others === 'object') lines.push(`${deeper}[name]: ${shapeText(others, schemas, deeper)}`);
  return lines.length === 0 ? 'object' : `{\n${lines.join('\n')}\n${indent}}`;
}

export function limitsOf(schema: Schema): string {
  const { format, minimum, maximum, minLength, maxLength } = schema;
  // Bounds that only keep a number inside what the database or JavaScript can hold tell a caller nothing.
  const tells = (bound: number | undefined) => bound !== undefined && Math.abs(bound) < 2_147_483_647;
  return [
    format,
    tells(minimum) && `from ${minimum}`,
    tells(maximum) && `up to ${maximum}`,
    minLength !== undefined && (minLength === 1 ? 'not empty' : `at least ${minLength} characters`),
    maxLength !== undefined && `at most ${maxLength} characters`,
    schema.default !== undefined && `default ${JSON.stringify(schema.default)}`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** A body with every member, to be filled in: null wherever that counts as left out. */
export function exampleOf(schema: Schema, schemas: Schemas): unknown {
  const one = resolved(schema, schemas);
  if (one.const !== undefined) return one.const;
  if (one.default !== undefined) return one.default;
  if (one.anyOf?.[0]) return exampleOf(one.anyOf[0], schemas);
  const types = typesOf(one);
  if (types.includes('object')) {
    const members = Object.entries(one.properties ?? {});
    return Object.fromEntries(members.map(([name, member]) => [name, exampleOf(member, schemas)]));
  }
  if (types.includes('null')) return null;
  if (one.enum) return one.enum[0];
  const neutral: Record<string, unknown> = { array: [], string: '', integer: 0, number: 0, boolean: false };
  return neutral[types[0] ?? ''] ?? null;
}

function typesOf({ type, properties }: Schema): string[] {
  if (type === undefined) return properties ? ['object'] : [];
  return [type].flat();
}

function resolved(schema: Schema, schemas: Schemas): Schema {
  const name = schema.$ref?.replace('#/components/schemas/', '');
  return name === undefined ? schema : (schemas[name] ?? {});
}
