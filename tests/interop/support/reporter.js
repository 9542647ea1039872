// A reporter of node's test runner: one line of JSON for each scenario, from which run.js makes its table.

const outcome = ({ type, data }) => data.skip !== undefined ? "skipped" : type === "test:pass" ? "passed" : "failed";

export default async function* lines(source) {
  for await (const event of source) {
    if (!["test:pass", "test:fail"].includes(event.type) || event.data.nesting > 0) continue;
    yield `${JSON.stringify({ name: event.data.name, outcome: outcome(event), why: event.data.skip })}\n`;
  }
}
