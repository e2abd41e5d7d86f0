// Asks an evaluator of IAM policies each question of decisions.md about the rendered roles, and says where it answers otherwise.
// Called with the answer of `terraform show -json` on a plan of render/.
import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const ACCOUNT = '111122223333'
const KEY = 'arn:aws:kms:eu-west-1:A:key/11111111-2222-3333-4444-555555555555'

// The evaluator does not know that a name follows this key, and would leave it out; a tag of the caller is a key with a name, too,
// and means nothing else here.
const withContext = (text) => text.replaceAll('kms:EncryptionContext:', 'aws:PrincipalTag/encryption-context-of-')

const full = (text) => text.replaceAll(':A:', `:${ACCOUNT}:`)

function rowsOf(page) {
  const cells = (line) => line.split('|').slice(1, -1).map((cell) => cell.trim())
  const tables = page.split('\n').filter((line) => line.startsWith('|') && !line.startsWith('|-'))
  return tables.map(cells).filter(([role]) => role !== 'role')
}

// key=value, separated by spaces; [a,b] is a list.
function keysOf(text) {
  const pairs = text.split(' ').filter(Boolean).map((pair) => {
    const at = pair.indexOf('=')
    const value = full(pair.slice(at + 1))
    return [pair.slice(0, at), value.startsWith('[') ? value.slice(1, -1).split(',') : value]
  })
  return Object.fromEntries(pairs)
}

async function answer(policies, [role, action, resource, keys]) {
  const request = {
    principal: `arn:aws:iam::${ACCOUNT}:role/${role}`,
    action,
    resource: { resource: full(resource === 'K' ? KEY : resource), accountId: ACCOUNT },
    contextVariables: keysOf(withContext(keys)),
  }
  const result = await runSimulation({
    request,
    identityPolicies: policies.map((policy, number) => ({ name: `${role}-${number}`, policy: JSON.parse(withContext(policy)) })),
    // The key's policy hands the account the decision, as the one AWS makes does.
    resourcePolicy: action.startsWith('kms:')
      ? { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }] }
      : undefined,
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  }, {})
  if (result.resultType === 'error' || result.errors) return `a fault: ${JSON.stringify(result.errors)}`
  const decision = result.overallResult ?? result.analysis?.result
  return decision === 'Allowed' ? 'allowed' : 'denied'
}

async function wrongAnswers(rows, policies) {
  const wrong = []
  for (const row of rows) {
    const found = await answer(policies, row)
    if (found !== row[4]) wrong.push(`${row.slice(0, 4).join(' | ')}: ${found}, and not ${row[4]}`)
  }
  return wrong
}

function withoutStatement(policy, number) {
  const document = JSON.parse(policy)
  return JSON.stringify({ ...document, Statement: document.Statement.filter((_, at) => at !== number) })
}

// What can be taken out without a changed answer is shown by nothing.
async function unnoticed(rows, policies) {
  const names = []
  for (const [at, policy] of policies.entries()) {
    for (const [number, statement] of JSON.parse(policy).Statement.entries()) {
      const rest = policies.with(at, withoutStatement(policy, number))
      if ((await wrongAnswers(rows, rest)).length === 0) names.push(statement.Sid)
    }
  }
  return names
}

// One statement is written without a list.
const listed = (policy) => JSON.stringify({ ...JSON.parse(policy), Statement: [JSON.parse(policy).Statement].flat() })

const rendered = JSON.parse(readFileSync(process.argv[2], 'utf8')).planned_values.outputs.roles.value
const rows = rowsOf(readFileSync(new URL('decisions.md', import.meta.url), 'utf8'))
const complaints = rows.filter(([role]) => !rendered[role]).map(([role]) => `there is no role ${role}`)
let statements = 0
for (const [role, documents] of Object.entries(rendered)) {
  const policies = documents.map(listed)
  const ofRole = rows.filter((row) => row[0] === role)
  complaints.push(...(await wrongAnswers(ofRole, policies)))
  complaints.push(...(await unnoticed(ofRole, policies)).map((sid) => `${role}: nobody would miss ${sid}`))
  statements += policies.reduce((sum, policy) => sum + JSON.parse(policy).Statement.length, 0)
}
if (complaints.length > 0) {
  console.error(`the roles of terraform/ do not answer as testkit/policies/decisions.md says:\n${complaints.join('\n')}`)
  process.exit(1)
}
console.log(`${rows.length} questions answered as decisions.md says; each of ${statements} statements would be missed`)
