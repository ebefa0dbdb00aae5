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

// Writes: JSON Patch, create under a condition, a transaction whose entries refer to one another, and deletion.
const patched = await client.patch({
  resourceType: "Goal",
  id: made.id,
  jsonPatch: [
    { op: "test", path: "/lifecycleStatus", value: "active" },
    { op: "replace", path: "/lifecycleStatus", value: "on-hold" },
  ],
  options: { headers: { "If-Match": `W/"${changed.meta.versionId}"` } },
});
told.patched = patched.lifecycleStatus;

const identifier = { system: "https://epj.example.dk/id", value: made.id };
const once = () =>
  client.create({
    resourceType: "Goal",
    body: { ...made, identifier: [identifier] },
    options: { headers: { "If-None-Exist": `identifier=${identifier.system}|${identifier.value}` } },
  });
told.once = (await once()).id === (await once()).id;

const subject = { reference: `Patient/${patient}` };
const kind = "https://patientoverblik.dk/fhir/CodeSystem/plan-kind";
const answered = await client.transaction({
  body: {
    resourceType: "Bundle",
    type: "transaction",
    entry: [
      {
        fullUrl: "urn:uuid:7f0d1c9e-3c1b-4f57-9d2a-0b9f4b6f8a11",
        request: { method: "POST", url: "CarePlan" },
        resource: {
          resourceType: "CarePlan",
          status: "active",
          intent: "plan",
          category: [{ coding: [{ system: kind, code: "course-plan" }] }],
          subject,
          period: { start: "2026-03-01" },
          goal: [{ reference: "urn:uuid:2a1b7f3e-6a55-4a54-8a0c-0c9d2f1e5b77" }],
        },
      },
      {
        fullUrl: "urn:uuid:2a1b7f3e-6a55-4a54-8a0c-0c9d2f1e5b77",
        request: { method: "POST", url: "Goal" },
        resource: { ...made, identifier: undefined },
      },
    ],
  },
});
told.transaction = answered.entry.map((entry) => entry.response.status);
const [plan, goal] = answered.entry.map((entry) => entry.resource);
told.linked = plan.goal[0].reference === `Goal/${goal.id}`;

const relative = await client.create({
  resourceType: "RelatedPerson",
  body: {
    resourceType: "RelatedPerson",
    patient: subject,
    name: [{ text: "Aksel Test" }],
    relationship: [{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/v3-RoleCode", code: "NBOR" }] }],
  },
});
await client.delete({ resourceType: "RelatedPerson", id: relative.id });
try {
  await client.read({ resourceType: "RelatedPerson", id: relative.id });
} catch (error) {
  told.deleted = error.response.status;
}
console.log(JSON.stringify(told));
