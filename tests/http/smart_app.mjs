// A SMART app with fhirclient.js, in a server of its own: launched, it reads the patient and her goals page by page, is
// refused what it did not ask for, and prints what it got as JSON (see test_smart_clients.py).
// Arguments: client id, scope, the port of its own server, iss, launch.
import { createServer } from "node:http";
import { createRequire } from "node:module";

const [clientId, scope, port, iss, launch] = process.argv.slice(2);
const require = createRequire(`${process.env.NODE_PACKAGES}/`);
const smart = require("fhirclient");

const held = new Map();
const storage = {
  get: async (key) => held.get(key),
  set: async (key, value) => (held.set(key, value), value),
  unset: async (key) => held.delete(key),
};

const refused = (error) => ({ status: error.statusCode ?? error.status ?? null, message: String(error.message) });

async function used(client) {
  const patient = await client.patient.read();
  const asked = `Goal?patient=${client.patient.id}&_count=2`;
  const goals = await client.request(asked, { pageLimit: 0, flat: true });
  return {
    patient: patient.id,
    banner: client.getState("tokenResponse.need_patient_banner"),
    unit: client.getState("tokenResponse.fhirContext")[0].identifier.value,
    user: client.getFhirUser(),
    goals: goals.map((goal) => goal.id),
    beyond: await client.request(`Condition?patient=${client.patient.id}`).then(() => "got it", refused),
  };
}

const app = createServer(async (request, response) => {
  try {
    if (request.url.startsWith("/launch")) {
      await smart(request, response, storage).authorize({ clientId, scope, redirectUri: `http://127.0.0.1:${port}/back` });
    } else {
      const client = await smart(request, response, storage).ready();
      response.end(JSON.stringify(await used(client)));
    }
  } catch (error) {
    response.writeHead(500).end(String(error.stack));
  }
});

app.listen(Number(port), "127.0.0.1", async () => {
  const query = new URLSearchParams({ iss, launch });
  const answer = await fetch(`http://127.0.0.1:${port}/launch?${query}`);
  console.log(await answer.text());
  app.close(() => process.exit(answer.ok ? 0 : 1));
  app.closeAllConnections();
});
