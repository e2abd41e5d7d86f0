// Asks an evaluator of IAM policies each question of decisions.md about the rendered roles, in each partition of AWS, and says where it
// answers otherwise. Called with the answer of `terraform show -json` on a plan of render/.
import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const ACCOUNT = '111122223333'
const KEY = 'arn:aws:kms:eu-west-1:A:key/11111111-2222-3333-4444-555555555555'

// The evaluator does not know that a name follows this key, and would leave it out; a tag of the caller is a key with a name, too,
// and means nothing else here.
const withContext = (text) => text.replaceAll('kms:EncryptionContext:', 'aws:PrincipalTag/encryption-context-of-')

// As render/main.tf has them. decisions.md is written for the first; names of services in a role's trust are the same everywhere.
const PARTITIONS = {
  aws: { suffix: 'amazonaws.com', regions: ['eu-west-1', 'eu-north-1'] },
  'aws-us-gov': { suffix: 'amazonaws.com', regions: ['us-gov-west-1', 'us-gov-east-1'] },
  'aws-cn': { suffix: 'amazonaws.com.cn', regions: ['cn-north-1', 'cn-northwest-1'] },
}

function translated(text, partition) {
  const { suffix, regions } = PARTITIONS[partition]
  return text
    .replaceAll('arn:aws:', `arn:${partition}:`)
    .replaceAll(/(kms:ViaService=\S+)\.amazonaws\.com/g, `$1.${suffix}`)
    .replaceAll('eu-west-1', regions[0])
    .replaceAll('eu-north-1', regions[1])
}

const full = (text) => text.replaceAll(':A:', `:${ACCOUNT}:`)

// Whose a thing is that has a policy of its own; buckets do not say.
const accountOf = (arn) => arn.split(':')[4]?.match(/^\d{12}$/)?.[0] ?? ACCOUNT

function rowsOf(page) {
  const cells = (line) => line.split('|').slice(1, -1).map((cell) => cell.trim())
  const tables = page.split('\n').filter((line) => line.startsWith('|') && !line.startsWith('|-'))
  return tables.map(cells).filter(([role]) => role !== 'role')
}

// key=value, separated by spaces; [a,b] is a list. `as` is no key, but the role that asks.
function keysOf(text) {
  const pairs = text.split(' ').filter(Boolean).map((pair) => {
    const at = pair.indexOf('=')
    const value = full(pair.slice(at + 1))
    return [pair.slice(0, at), value.startsWith('[') ? value.slice(1, -1).split(',') : value]
  })
  return Object.fromEntries(pairs)
}

const allowing = (principal) => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...principal, Action: '*', Resource: '*' }] })

// What a resource has of its own is asked about somebody who may do everything; a role is asked what its policies say, and a key's
// policy hands the account the decision, as the one AWS makes does.
function policiesOf(partition, isResource, policies, [role, action]) {
  if (isResource) {
    const statements = policies.flatMap((policy) => JSON.parse(policy).Statement)
    return {
      identityPolicies: [{ name: 'administrator', policy: allowing({}) }],
      resourcePolicy: statements.length > 0 ? { Version: '2012-10-17', Statement: statements } : undefined,
    }
  }
  const root = { Principal: { AWS: `arn:${partition}:iam::${ACCOUNT}:root` } }
  return {
    identityPolicies: policies.map((policy, number) => ({ name: `${role}-${number}`, policy: JSON.parse(withContext(policy)) })),
    resourcePolicy: action.startsWith('kms:') ? allowing(root) : undefined,
  }
}

async function answer(partition, isResource, policies, row) {
  const [role, action, resource, keys] = row.map((cell) => translated(cell === 'K' ? KEY : cell, partition))
  const { as = role, ...contextVariables } = keysOf(withContext(keys))
  const request = {
    principal: `arn:${partition}:iam::${ACCOUNT}:role/${as}`,
    action,
    resource: { resource: full(resource), accountId: isResource ? accountOf(resource) : ACCOUNT },
    contextVariables,
  }
  const result = await runSimulation({
    request,
    ...policiesOf(partition, isResource, policies, row),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  }, {})
  if (result.resultType === 'error' || result.errors) return `a fault: ${JSON.stringify(result.errors)}`
  const decision = result.overallResult ?? result.analysis?.result
  return decision === 'Allowed' ? 'allowed' : 'denied'
}

// The rows whose answer is another, and what it is.
async function wrongAnswers(partition, isResource, rows, policies) {
  const wrong = []
  for (const row of rows) {
    const found = await answer(partition, isResource, policies, row)
    if (found !== row[4]) wrong.push(`${partition}: ${row.slice(0, 4).join(' | ')}: ${found}, and not ${row[4]}`)
  }
  return wrong
}

// A statement as its single rights: one action on one resource each.
function rightsOf(statement) {
  const [actions, resources] = [[statement.Action].flat(), [statement.Resource].flat()]
  return actions.flatMap((Action) => resources.map((Resource) => ({ ...statement, Action, Resource })))
}

// The parts of a run through an organisation, whose rights are missed one by one.
const PARTS = ['apply', 'judge', 'list', 'plan', 'report'].map((part) => `fleet-${part}`)

// Each way to take something out of a policy, with its name: a statement, or a single right of it. A denial stays whole.
function lessOf(policy, byRight) {
  const statements = JSON.parse(policy).Statement
  const parts = statements.flatMap((statement) => (byRight && statement.Effect === 'Allow' ? rightsOf(statement) : [statement]))
  const nameOf = ({ Sid, Action, Resource }) => (byRight ? `${Sid}: ${Action} on ${Resource}` : Sid)
  return parts.map((part, number) => [nameOf(part), JSON.stringify({ Statement: parts.filter((_, at) => at !== number) })])
}

// What can be taken out without a changed answer is shown by nothing.
async function unnoticed(partition, isResource, rows, policies, byRight) {
  const names = []
  for (const [at, policy] of policies.entries()) {
    for (const [name, less] of lessOf(policy, byRight)) {
      const document = JSON.stringify({ ...JSON.parse(policy), ...JSON.parse(less) })
      if ((await wrongAnswers(partition, isResource, rows, policies.with(at, document))).length === 0) names.push(name)
    }
  }
  return names
}

// One statement is written without a list.
const listed = (policy) => JSON.stringify({ ...JSON.parse(policy), Statement: [JSON.parse(policy).Statement].flat() })

const rendered = JSON.parse(readFileSync(process.argv[2], 'utf8')).planned_values.outputs.partitions.value
const rows = rowsOf(readFileSync(new URL('decisions.md', import.meta.url), 'utf8'))
const complaints = []
let statements = 0
let rights = 0
for (const partition of Object.keys(PARTITIONS)) {
  const { resources, roles } = rendered[partition]
  const all = { ...roles, ...Object.fromEntries(Object.entries(resources).map(([name, policy]) => [name, [policy]])) }
  complaints.push(...rows.filter(([role]) => !all[role]).map(([role]) => `${partition}: there is no ${role}`))
  for (const [role, documents] of Object.entries(all)) {
    const policies = documents.map(listed)
    const isResource = role in resources
    const ofRole = rows.filter((row) => row[0] === role)
    complaints.push(...(await wrongAnswers(partition, isResource, ofRole, policies)))
    // A statement is one and the same in each.
    if (partition !== 'aws') continue
    const byRight = PARTS.includes(role)
    const missed = await unnoticed(partition, isResource, ofRole, policies, byRight)
    complaints.push(...missed.map((name) => `${role}: nobody would miss ${name}`))
    statements += policies.reduce((sum, policy) => sum + JSON.parse(policy).Statement.length, 0)
    if (byRight) rights += policies.reduce((sum, policy) => sum + lessOf(policy, true).length, 0)
  }
}
if (complaints.length > 0) {
  console.error(`the roles of terraform/ do not answer as testkit/policies/decisions.md says:\n${complaints.join('\n')}`)
  process.exit(1)
}
const partitions = Object.keys(PARTITIONS).length
console.log(`${rows.length} questions in ${partitions} partitions answered as decisions.md says; each of ${statements} statements would be missed, and each of ${rights} rights of the parts of a run through an organisation`)
