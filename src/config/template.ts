/** The folder of a job in the validated tree, from its template. */

const placeholder = /\{([^{}/]+)\}/g;

/** The names in braces, each once. */
export function namesIn(template: string): string[] {
  return [...new Set([...template.matchAll(placeholder)].map(([, name = '']) => name))];
}

/**
 * The components of a path. They are separated before names are filled in, so that a slash in a label is a fault of
 * that component and never another level.
 */
export function componentsOf(template: string, values: ReadonlyMap<string, string>): string[] {
  return template
    .split('/')
    .map((component) =>
      component.replaceAll(placeholder, (_, name: string) => values.get(name) ?? ''),
    );
}
