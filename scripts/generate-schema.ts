/**
 * Writes schemas/config.schema.json, by which editors check and explain the configuration while it is written.
 * `node scripts/generate-schema.ts && oxfmt schemas`; a test fails when the file does not say what this would write.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { createSchema } from '../src/config/schema.ts';

export const schemaFile = fileURLToPath(new URL('../schemas/config.schema.json', import.meta.url));

/** The JSON Schema (draft 2020-12) of the configuration file. */
export function configJsonSchema(): object {
  const { $schema, ...generated } = z.toJSONSchema(createSchema(null).file, {
    target: 'draft-2020-12',
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      // zod leaves them out where a key is turned into something else, for they might be examples of the result.
      const { examples } = z.globalRegistry.get(zodSchema) ?? {};
      if (Array.isArray(examples)) jsonSchema.examples = examples;
      // "Any safe integer" explains nothing; and every key of an object is a string.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      delete jsonSchema.propertyNames;
    },
  });
  return {
    $schema,
    title: 'Configuration of backupmon',
    ...generated,
    // The environment may supply the folders too, but a file that relies on it is the exception.
    required: ['deposits', 'validated', 'database', 'agents'],
  };
}

if (import.meta.main) writeFileSync(schemaFile, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
