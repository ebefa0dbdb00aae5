// Drives the running service with fhir-kit-client, and prints what it got as JSON (see test_clients.py).
// Arguments: the base address, the token, the citizen's id. The client is found below NODE_PACKAGES.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [base, token, patient] = process.argv.slice(2);
const found = createRequire(`${process.env.NODE_PACKAGES}/`).resolve.paths("x")[0];
const { default: Default, Client: Named } = await import(pathToFileURL(`${found}/fhir-kit-client/dist/index.js`));
const Client = Named ?? Default;
const client = new Client({ baseUrl: base, bearerToken: token });
const told = {};

told.version = (await client.capabilityStatement()).fhirVersion;

let page = await client.search({ resourceType: "Goal", searchParams: { patient: `Patient/${patient}`, _count: 2 } });
told.pages = [];
while (page) {
  told.pages.push((page.entry ?? []).map((entry) => entry.resource.id));
  page = await client.nextPage({ bundle: page });
}

const byPost = await client.search({
  resourceType: "Goal",
  searchParams: { patient: `Patient/${patient}` },
  options: { postSearch: true },
});
told.byPost = byPost.entry.length;

const made = await client.create({
  resourceType: "Goal",
  body: {
    resourceType: "Goal",
    lifecycleStatus: "active",
    category: [{ coding: [{ code: "overall" }] }],
    description: { text: "Gå en tur hver dag" },
    subject: { reference: `Patient/${patient}` },
  },
});
told.created = made.id;
told.read = (await client.read({ resourceType: "Goal", id: made.id })).description.text;

const changed = await client.update({
  resourceType: "Goal",
  id: made.id,
  body: { ...made, description: { text: "Gå to ture hver dag" } },
  options: { headers: { "If-Match": `W/"${made.meta.versionId}"` } },
});
told.updated = changed.meta.versionId;
told.history = (await client.history({ resourceType: "Goal", id: made.id })).entry.length;
told.vread = (await client.vread({ resourceType: "Goal", id: made.id, version: "1" })).description.text;

try {
  await client.update({
    resourceType: "Goal",
    id: made.id,
    body: made,
    options: { headers: { "If-Match": 'W/"1"' } },
  });
} catch (error) {
  told.conflict = error.response.status;
}
try {
  await client.read({ resourceType: "Goal", id: "00000000-0000-7000-8000-000000000000" });
} catch (error) {
  told.missing = error.response.data.resourceType;
}
console.log(JSON.stringify(told));
