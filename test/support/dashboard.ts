/** docs/monitoring/grafana-dashboard.json: what it asks Prometheus. */
import { definitions } from './definitions.ts';

interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly datasource: { readonly uid: string };
}

interface Panel {
  readonly id: number;
  readonly title: string;
  /** In columns, of which there are 24, and rows. */
  readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>;
  readonly targets: readonly Target[];
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query: string | { readonly query: string };
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
}

const { panels, templating } = JSON.parse(definitions('grafana-dashboard.json')) as Dashboard;

export { panels };

/** Every expression, by its panel and its letter there. */
export const questions = panels.flatMap(({ title, targets }) =>
  targets.map(({ refId, expr }) => ({ name: `${title} ${refId}`, expr })),
);

export const variableNames: readonly string[] = templating.list.map(({ name }) => name);

/** Variables whose values Prometheus is asked for: `label_values(selector, label)`. */
export const choices = templating.list.flatMap(({ name, query }) => {
  if (typeof query === 'string') return [];
  const { groups } = /^label_values\((?<selector>.*), (?<label>\w+)\)$/u.exec(query.query) ?? {};
  return [{ name, selector: groups?.['selector'] ?? '', label: groups?.['label'] ?? '' }];
});

/** With all values of each variable, as Grafana writes `allValue` in its place. */
export const withAll = (expression: string): string => expression.replaceAll(/\$\w+/gu, '.*');
