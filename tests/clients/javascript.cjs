// Microsoft's own JavaScript client, as its users write it: gets in, reads, batches, resets and revokes.
//
// The address of the simulator and the credential come from the environment, the users to work on as arguments. Prints one
// line of JSON with what came back. The modules are looked for where the first argument says.
const [modules, ...ids] = process.argv.slice(2);
const from = (name) => require(require.resolve(name, { paths: [modules] }));

from("isomorphic-fetch");
const { ClientSecretCredential } = from("@azure/identity");
const { BatchRequestContent, BatchResponseContent, Client, PageIterator } = from("@microsoft/microsoft-graph-client");
const { TokenCredentialAuthenticationProvider } = from(
  "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials",
);

async function main() {
  const root = process.env.SEALOFF_GRAPH_ENDPOINT;
  const credential = new ClientSecretCredential(
    process.env.AZURE_TENANT_ID,
    process.env.AZURE_CLIENT_ID,
    process.env.AZURE_CLIENT_SECRET,
    // The token library asks Microsoft's own host about every authority that it does not know, unless that is switched off.
    { authorityHost: process.env.AZURE_AUTHORITY_HOST, disableInstanceDiscovery: true },
  );
  const authProvider = new TokenCredentialAuthenticationProvider(credential, { scopes: [`${root}/.default`] });
  const customHosts = new Set([new URL(root).hostname]);
  const client = Client.initWithMiddleware({ authProvider, baseUrl: root, customHosts });

  const seen = [];
  const firstPage = await client.api("/users").select("id,userPrincipalName").top(40).get();
  await new PageIterator(client, firstPage, (user) => seen.push(user.id)).iterate();

  const json = { "Content-Type": "application/json" };
  const steps = ids.map((id, index) => {
    const body = JSON.stringify({
      accountEnabled: false,
      passwordProfile: {
        password: process.env.NEW_PASSWORD,
        forceChangePasswordNextSignIn: true,
        forceChangePasswordNextSignInWithMfa: false,
      },
    });
    // The host stands there because this platform makes no requests without one; the client takes it off again.
    const request = new Request(`${root}/users/${id}`, { method: "PATCH", headers: json, body });
    return { id: String(index + 1), request };
  });
  const batch = await new BatchRequestContent(steps).getContent();
  const answers = new BatchResponseContent(await client.api("/$batch").post(batch)).getResponses();
  const statuses = [...answers].map(([, response]) => response.status);

  const revoked = [];
  for (const id of ids) {
    revoked.push((await client.api(`/users/${id}/revokeSignInSessions`).post({})).value);
  }
  const after = [];
  for (const id of ids) {
    after.push((await client.api(`/users/${id}`).select("accountEnabled").get()).accountEnabled);
  }
  let missing;
  try {
    await client.api("/users/absent@contoso.com").get();
  } catch (error) {
    missing = { status: error.statusCode, code: error.code };
  }
  const count = await client.api("/users/$count").header("ConsistencyLevel", "eventual").get();
  console.log(JSON.stringify({ seen: new Set(seen).size, statuses, revoked, after, missing, count }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
