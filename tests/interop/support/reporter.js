// A reporter of node's test runner: one line of JSON for each scenario, from which run.js makes its table.

// What was skipped has shown nothing.
const outcome = ({ type, data }) => type === "test:pass" && data.skip === undefined && data.todo === undefined ? "passed" : "failed";

export default async function* lines(source) {
  for await (const event of source) {
    if (!["test:pass", "test:fail"].includes(event.type) || event.data.nesting > 0) continue;
    yield `${JSON.stringify({ name: event.data.name, outcome: outcome(event) })}\n`;
  }
}
