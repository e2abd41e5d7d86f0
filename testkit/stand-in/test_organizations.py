"""Organizations: pages, paths, effective policies, tags, and who may read."""

import json

from stand_in_process import ACCOUNT, StandInTest, client, control

TAGS = "TAG_POLICY"


def grown(**body) -> dict:
    return control("organization", **body)


def tag_policy(value: str) -> dict:
    return {"tags": {"cost": {"tag_value": {"@@assign": [value]}}}}


class Organizations(StandInTest):
    def setUp(self):
        super().setUp()
        self.aws = client("organizations")

    def all(self, call: str, name: str, **asked) -> list[list]:
        pages = self.aws.get_paginator(call).paginate(PaginationConfig={"PageSize": 20}, **asked)
        return [page[name] for page in pages]

    def test_lists_come_in_pages_of_twenty_and_no_larger(self):
        grown(accounts=[{"name": f"a{number}"} for number in range(45)])
        sizes = [len(page) for page in self.all("list_accounts", "Accounts")]
        self.assertEqual(sizes, [20, 20, 6])
        self.assertEqual(len(self.aws.list_accounts()["Accounts"]), 20)
        targets = self.all("list_targets_for_policy", "Targets", PolicyId="p-FullAWSAccess")
        self.assertEqual([len(page) for page in targets], [20, 20, 7])
        made = self.all("list_create_account_status", "CreateAccountStatuses")
        self.assertEqual([len(page) for page in made], [20, 20, 5], "the management account was not made")
        self.assert_refused("InvalidInputException", self.aws.list_accounts, MaxResults=21)

    def test_an_account_shows_its_path_and_so_does_a_unit(self):
        ids = grown(
            units=[{"path": "Prod"}, {"path": "Prod/Eu"}], accounts=[{"name": "pay", "unit": "Prod/Eu"}]
        )
        found = {one["Name"]: one for one in self.aws.list_accounts()["Accounts"]}
        way = [ids["root"], ids["units"]["Prod"], ids["units"]["Prod/Eu"]]
        organisation = self.aws.describe_organization()["Organization"]["Id"]
        path = "/".join([organisation, *way, found["pay"]["Id"]]) + "/"
        self.assertEqual(found["pay"]["Paths"], [path])
        below = self.aws.list_organizational_units_for_parent(ParentId=way[1])
        self.assertEqual(below["OrganizationalUnits"][0]["Path"], "/".join([organisation, *way]) + "/")
        self.aws.move_account(
            AccountId=found["pay"]["Id"], SourceParentId=way[2], DestinationParentId=way[0]
        )
        moved = {one["Name"]: one for one in self.aws.list_accounts()["Accounts"]}
        self.assertEqual(moved["pay"]["Paths"][0].count("/"), 3)

    def test_an_effective_policy_is_the_childs_over_the_parents(self):
        ids = grown(
            units=[{"path": "Prod"}],
            accounts=[{"name": "pay", "unit": "Prod"}, {"name": "web"}],
            policies=[
                {"name": "all", "type": TAGS, "content": tag_policy("1"), "targets": ["Prod"]},
                {"name": "pay", "type": TAGS, "content": tag_policy("2"), "targets": ["pay"]},
            ],
        )
        found = self.aws.describe_effective_policy(PolicyType=TAGS, TargetId=ids["accounts"]["pay"])
        content = json.loads(found["EffectivePolicy"]["PolicyContent"])
        self.assertEqual(content, {"tags": {"cost": {"tag_value": ["2"]}}})
        asked = {"PolicyType": TAGS, "TargetId": ids["accounts"]["web"]}
        self.assert_refused("EffectivePolicyNotFoundException", self.aws.describe_effective_policy, **asked)

    def test_the_tag_api_shows_what_has_tags_to_the_management_account_alone(self):
        ids = grown(
            units=[{"path": "Prod", "tags": {"Env": "prod"}}],
            accounts=[{"name": "pay", "tags": {"CostCenter": "1"}}, {"name": "web"}],
        )
        asked = {"ResourceTypeFilters": ["organizations"]}
        rows = client("resourcegroupstaggingapi").get_resources(**asked)["ResourceTagMappingList"]
        found = {row["ResourceARN"].rsplit("/")[-1]: row["Tags"] for row in rows}
        self.assertEqual(set(found), {ids["units"]["Prod"], ids["accounts"]["pay"]})
        self.assertEqual(found[ids["units"]["Prod"]], [{"Key": "Env", "Value": "prod"}])

    def test_a_delegated_administrator_reads_all_and_another_member_nothing(self):
        ids = grown(accounts=[{"name": "tools"}, {"name": "web"}])
        self.aws.register_delegated_administrator(
            AccountId=ids["accounts"]["tools"], ServicePrincipal="ssm.amazonaws.com"
        )
        tools = client("organizations", ids["accounts"]["tools"])
        self.assertEqual(len(tools.list_accounts()["Accounts"]), 3)
        web = client("organizations", ids["accounts"]["web"])
        about = web.describe_organization()["Organization"]
        self.assertEqual(about["MasterAccountId"], ACCOUNT)
        self.assert_refused("AccessDeniedException", web.list_accounts)

    def test_invitations_and_the_resource_policy_are_shown(self):
        grown()
        self.assert_refused("ResourcePolicyNotFoundException", self.aws.describe_resource_policy)
        self.aws.put_resource_policy(Content="{}")
        self.assertEqual(self.aws.describe_resource_policy()["ResourcePolicy"]["Content"], "{}")
        self.aws.invite_account_to_organization(Target={"Id": "x@example.com", "Type": "EMAIL"})
        self.assertEqual(len(self.aws.list_handshakes_for_organization()["Handshakes"]), 1)
