import { expect, test } from 'vitest';
import type { Schema } from './document.ts';
import { exampleOf, shapeText } from './schema.ts';

const body: Schema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 255 },
    public: { type: ['boolean', 'null'] },
    limits: { type: ['object', 'null'], patternProperties: { '^.*$': { type: 'integer' } } },
    level: { enum: ['system', 'project'] },
    access: { type: 'array', items: { type: 'object', properties: { action: { type: 'string' } } } },
  },
};

test('a shape reads as a type', () => {
  expect(shapeText(body, {})).toBe(`{
  name: string  // not empty, at most 255 characters
  public?: boolean | null
  limits?: {
    [name]: integer
  } | null
  level?: "system" | "project"
  access?: {
    action?: string
  }[]
}`);
});

test('a named shape is looked up', () => {
  expect(shapeText({ $ref: '#/components/schemas/Id' }, { Id: { type: 'integer' } })).toBe('integer');
  expect(shapeText({ $ref: '#/components/schemas/Gone' }, {})).toBe('anything');
});

test('an example leaves out by null whatever may be left out so', () => {
  expect(exampleOf(body, {})).toEqual({ name: '', public: null, limits: {}, level: 'system', access: [] });
});
