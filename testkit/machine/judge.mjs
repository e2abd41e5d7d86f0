// Whether the state machine, as Terraform renders it in each mode, is one in the Amazon States Language: `node judge.mjs OUTPUTS`, the
// answer of `terraform output -json`. A judge that finds nothing in a broken machine is no judge, so each is broken, too, and has to be refused.

import { readFileSync } from "node:fs";

import aslValidator from "asl-validator";

const validate = aslValidator.default ?? aslValidator;
const outputs = JSON.parse(readFileSync(process.argv[2], "utf8"));
let failed = false;

const faults = (machine) => {
  const { isValid, errors, errorsText } = validate(machine, { checkPaths: true, checkArn: true });
  return isValid ? [] : (errors ?? []).map((error) => error.message ?? error["Error code"] ?? JSON.stringify(error)).concat(errorsText?.() ?? []);
};

const breaks = {
  "leads nowhere": (machine) => { machine.States.List.Next = "Nowhere"; },
  "begins nowhere": (machine) => { machine.StartAt = "Nowhere"; },
  "has an end that goes on": (machine) => { machine.States.Report.Next = "List"; },
  "calls what is no ARN": (machine) => { machine.States.Judge.Resource = "judge"; },
  "goes by a path that is none": (machine) => { machine.States.Judge.ResultPath = "$..["; },
  "has a map without anything to do": (machine) => { delete machine.States.PlanMap.ItemProcessor; },
};

for (const [mode, text] of Object.entries(outputs.definitions.value)) {
  const found = faults(JSON.parse(text));
  for (const fault of found) console.error(`machine (${mode}): ${fault}`);
  failed ||= found.length > 0;
  for (const [what, spoil] of Object.entries(breaks)) {
    const machine = JSON.parse(text);
    spoil(machine);
    if (faults(machine).length > 0) continue;
    console.error(`machine (${mode}): a machine that ${what} is not refused, so the judge is worth nothing`);
    failed = true;
  }
  const states = Object.keys(JSON.parse(text).States).length;
  console.log(`machine: in mode ${mode} its ${states} states are valid, and ${Object.keys(breaks).length} ways of breaking it are found`);
}
process.exit(failed ? 1 : 0);
