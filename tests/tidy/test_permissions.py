"""Every permission that is asked for is declared by a noun, and every one that is declared is asked for, or says what it waits for."""

import ast
import re

import pytest

from gerbang import nouns
from gerbang.core.identity.model import Role
from gerbang.core.identity.permissions import ADMINS, Permission, Permissions
from gerbang.web.policy import POLICY
from tests.tidy.test_tidy import SOURCE, modules, short, tree_of

ROLES = nouns.NOUNS.roles()
DECLARED = {one.name: one for one in ROLES.declared}
NOUNS = {name.partition(":")[0] for name in DECLARED}
TABLES = {
    SOURCE / "nouns.py",
    SOURCE / "message_nouns.py",
    SOURCE / "order_nouns.py",
    SOURCE / "core" / "payments" / "permissions.py",
}


def asked_for() -> dict[str, str]:
    """Every permission that the source names, and where: in the policy's rows, by pages, and in core."""
    return {
        node.value: short(path)
        for path in modules("src")
        if path not in TABLES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.fullmatch(r"[a-z_]+:[a-z_]+", node.value) and node.value.partition(":")[0] in NOUNS
    }


def test_every_permission_that_is_asked_for_is_declared_by_a_noun() -> None:
    rows = {permission for row in POLICY for permission in row.permissions}
    assert rows <= DECLARED.keys(), f"declare in a Noun.permissions (nouns.py): {sorted(rows - DECLARED.keys())}"
    undeclared = {name: where for name, where in asked_for().items() if name not in DECLARED}
    assert not undeclared, f"declare in a Noun.permissions (nouns.py): {undeclared}"


def test_every_permission_that_is_declared_is_asked_for_or_says_what_it_waits_for() -> None:
    asked = asked_for().keys()
    idle = sorted(name for name, one in DECLARED.items() if name not in asked and not one.reserved)
    assert not idle, f"nothing asks for {idle}: take them away, or say for what they are reserved"
    awake = sorted(name for name, one in DECLARED.items() if name in asked and one.reserved)
    assert not awake, f"something asks for {awake}: they are reserved no longer"


def test_an_admin_may_do_whatever_anybody_of_the_staff_may_and_every_permission_has_a_holder_and_a_sentence() -> None:
    for role in (Role.SUPPORT, Role.FINANCE, Role.DEVELOPER):
        assert ROLES.of(role) < ROLES.of(Role.ADMIN), role
    assert [one.name for one in ROLES.declared if not one.roles or not one.allows] == []


def test_one_permission_is_declared_by_one_noun() -> None:
    once = Permission("parcels:read", ADMINS, "see parcels")
    assert Permissions([once], {"parcels:read"}).of(Role.CUSTOMER) == {"parcels:read"}
    with pytest.raises(ValueError, match="parcels:read"):
        Permissions([once, once])
