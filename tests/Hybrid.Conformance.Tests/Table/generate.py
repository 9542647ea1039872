#!/usr/bin/env python3
"""Generates the facts that the conformance run checks from a checkout of the Matrix specification.

    python3 generate.py PATH_OF_THE_CHECKOUT VERSION > operations.json
    python3 generate.py PATH_OF_THE_CHECKOUT VERSION server-server > server-operations.json

PATH is a clone of github.com/matrix-org/matrix-spec (or its data folder); VERSION is what the checkout is, such as v1.19.
Needs PyYAML (Debian: python3-yaml). Only facts are taken: methods, paths, parameters, field names, types, status codes.

A schema is one of
    "string", "integer", "number", "boolean", "object", "array", "null", "any"
                                   a type; "string mx-user-id" is one with a format
    "#name"                        one of "definitions"
    {"enum": [...]}                one of these values
    {"items": schema}              an array
    {"fields": {...}, "others": s} an object; a field whose name ends in "!" is required; others: all that is not named
    {"any": [...]}                 one of these schemas
"""
import json
import pathlib
import sys

import yaml

METHODS = ("get", "put", "post", "delete", "head", "patch", "options")
SHARED_FROM = 80  # characters: shorter schemas are repeated where they are used


class Loader:
    """Reads YAML files and follows references; a reference into itself ends in "any"."""

    def __init__(self):
        self.files = {}
        self.open = []

    def load(self, path):
        path = path.resolve()
        if path not in self.files:
            self.files[path] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        return self.files[path]

    def follow(self, reference, base):
        name, _, pointer = reference.partition("#")
        path = (base.parent / name).resolve() if name else base
        node = self.load(path)
        for part in filter(None, pointer.split("/")):
            node = node[part.replace("~1", "/").replace("~0", "~")]
        return node, path

    def schema(self, node, base):
        if "$ref" in node:
            target, path = self.follow(node["$ref"], base)
            key = (str(path), id(target))
            if key in self.open:
                return "any"
            self.open.append(key)
            merged = self.merge(self.schema(target, path), self.schema({k: v for k, v in node.items() if k != "$ref"}, base))
            self.open.pop()
            return merged
        result = self.own(node, base)
        for part in node.get("allOf", []):
            result = self.merge(result, self.schema(part, base))
        for key in ("oneOf", "anyOf"):
            if key in node:
                choices = unique([self.schema(part, base) for part in node[key]])
                either = "any" if "any" in choices else choices[0] if len(choices) == 1 else {"any": choices}
                result = self.merge(result, either)
        return result

    def own(self, node, base):
        kind = node.get("type")
        if isinstance(kind, list):
            choices = unique([self.own({**node, "type": one}, base) for one in kind])
            return choices[0] if len(choices) == 1 else {"any": choices}
        if "enum" in node or "const" in node:
            return {"enum": node.get("enum", [node.get("const")])}
        if kind == "array" or "items" in node:
            items = self.schema(node["items"], base) if isinstance(node.get("items"), dict) else "any"
            return "array" if items == "any" else {"items": items}
        if kind == "object" or "properties" in node or isinstance(node.get("additionalProperties"), dict):
            return self.fields(node, base)
        if kind == "string" and node.get("format", "").startswith("mx-"):
            return "string " + node["format"]
        return kind or "any"

    def fields(self, node, base):
        required = set(node.get("required", []))
        properties = node.get("properties") or {}
        fields = {name + ("!" if name in required else ""): self.schema(value, base) for name, value in properties.items()}
        fields |= {name + "!": "any" for name in sorted(required - set(properties))}
        result = {"fields": fields} if fields else {}
        others = node.get("additionalProperties")
        patterns = list((node.get("patternProperties") or {}).values())
        if isinstance(others, dict):
            patterns.append(others)
        if len(patterns) == 1 and (value := self.schema(patterns[0], base)) != "any":
            result["others"] = value
        return result or "object"

    def merge(self, left, right):
        if left == "any" or left == right:
            return right
        if right == "any":
            return left
        if left == "object" or right == "object":
            other = right if left == "object" else left
            return other if isinstance(other, dict) else left
        if isinstance(left, dict) and isinstance(right, dict) and not {"any", "enum", "items"} & (left.keys() | right.keys()):
            fields = dict(left.get("fields", {}))
            for name, value in right.get("fields", {}).items():
                plain = name.rstrip("!")
                old = fields.pop(plain, None)
                strict = fields.pop(plain + "!", None)
                merged = self.merge(strict if strict is not None else old if old is not None else "any", value)
                fields[plain + ("!" if strict is not None or name.endswith("!") else "")] = merged
            result = {"fields": fields} if fields else {}
            others = self.merge(left.get("others", "any"), right.get("others", "any"))
            return result | ({"others": others} if others != "any" else {})
        return right


def unique(items):
    seen = {}
    for item in items:
        seen.setdefault(json.dumps(item, sort_keys=True), item)
    return list(seen.values())


def auth(operation, api):
    kinds = [name for one in operation.get("security", []) for name in (one or {"none": []})]
    if not kinds or kinds == ["none"]:
        return "none"
    if api == "server-server":
        return "server"
    name = "appservice" if any("appservice" in kind for kind in kinds) else "user"
    return "optional" if "none" in kinds or "signedRequest" in kinds else name


def body(loader, holder, base):
    content = holder.get("content") or {}
    if not content:
        return None
    json_body = content.get("application/json")
    return loader.schema(json_body.get("schema", {}), base) if json_body else sorted(content)[0]


def chapter(document, node, api):
    """The tag of an operation; those between servers have none, but a file for each subject."""
    title = document["info"]["title"].removeprefix("Matrix Federation ").removeprefix("Matrix ").removesuffix(" API")
    return (node.get("tags") or [title if api == "server-server" else "Other"])[0]


def operation(loader, method, path, node, base, parameters, document, api):
    names = {"path": [], "query": []}
    for parameter in parameters:
        where = base
        if "$ref" in parameter:
            parameter, where = loader.follow(parameter["$ref"], base)
        if parameter["in"] in names:
            names[parameter["in"]].append(parameter["name"] + ("!" if parameter.get("required") and parameter["in"] == "query" else ""))
    responses = {}
    for status, answer in node["responses"].items():
        where = base
        if "$ref" in answer:
            answer, where = loader.follow(answer["$ref"], base)
        responses[str(status)] = body(loader, answer, where)
    fact = {"id": node["operationId"], "method": method.upper(), "path": path, "chapter": chapter(document, node, api), "auth": auth(node, api)}
    if names["query"]:
        fact["query"] = names["query"]
    if request := body(loader, node.get("requestBody") or {}, base):
        fact["request"] = request
        if not (node["requestBody"].get("required")):
            fact["optionalBody"] = True
    fact["responses"] = responses
    if added := node.get("x-addedInMatrixVersion"):
        fact["added"] = "v" + str(added)
    if node.get("deprecated"):
        fact["deprecated"] = True
    if "429" in responses:
        fact["limited"] = True
    return fact


def read(root, api):
    loader = Loader()
    facts = []
    for file in sorted((root / "api" / api).glob("*.yaml")):
        document = loader.load(file)
        prefix = ""
        for server in document.get("servers", []):
            prefix = (server.get("variables", {}).get("basePath") or {}).get("default", "")
        for path, node in document.get("paths", {}).items():
            for method in METHODS:
                if method in node:
                    parameters = (node.get("parameters") or []) + (node[method].get("parameters") or [])
                    facts.append(operation(loader, method, prefix + path.strip(), node[method], file.resolve(), parameters, document, api))
    return sorted(facts, key=lambda fact: (fact["chapter"], fact["path"], fact["method"], fact["id"]))


class Sharing:
    """Gives schemas that occur more than once a name and a line of their own."""

    def __init__(self, facts):
        self.counts = {}
        self.names = {}
        self.lines = {}
        for fact in facts:
            for schema in [fact.get("request"), *fact["responses"].values()]:
                self.count(schema)

    def count(self, node):
        if not isinstance(node, (dict, list)):
            return
        text = json.dumps(node, sort_keys=True)
        if isinstance(node, dict) and len(text) >= SHARED_FROM and node.keys() & {"fields", "items", "any"}:
            self.counts[text] = self.counts.get(text, 0) + 1
            if self.counts[text] > 1:
                return
        for child in node.values() if isinstance(node, dict) else node:
            self.count(child)

    def rename(self, node):
        if isinstance(node, list):
            return [self.rename(child) for child in node]
        if not isinstance(node, dict):
            return node
        text = json.dumps(node, sort_keys=True)
        if self.counts.get(text, 0) < 2:
            return {key: self.rename(child) for key, child in node.items()}
        if text not in self.names:
            self.names[text] = f"#{len(self.names) + 1}"
            self.lines[self.names[text]] = {key: self.rename(child) for key, child in node.items()}
        return self.names[text]


def line(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def main():
    root = pathlib.Path(sys.argv[1])
    root = root / "data" if (root / "data" / "api").is_dir() else root
    facts = read(root, sys.argv[3] if len(sys.argv) > 3 else "client-server")
    sharing = Sharing(facts)
    for fact in facts:
        for key in ("request", "responses"):
            if key in fact:
                fact[key] = sharing.rename(fact[key])
    print(f'{{"specification": "{sys.argv[2]}",\n"definitions": {{')
    print(",\n".join(f"{line(name)}:{line(value)}" for name, value in sharing.lines.items()))
    print('},\n"operations": [')
    print(",\n".join(line(fact) for fact in facts))
    print("]}")


if __name__ == "__main__":
    main()
