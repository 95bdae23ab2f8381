"""The schemas of Terraform's providers, read from packages on PyPI.

A provider's own program cannot be had from PyPI, but the bindings that CDK Terrain makes from its
schema can: `cdktn-provider-aws` says of each attribute its type and whether it is required,
optional or computed, and of each block how often it may come. Their JavaScript is generated, so
it has one shape, and is read here line by line. What it does not hold is lost: which values are
secret, and what the provider checks in its own code (that a name is no longer than 63 characters).

    python3 deploy/lint/terraform_schema.py WHEEL aws_instance data.aws_iam_policy_document
"""

import io
import json
import re
import sys
import tarfile
import zipfile

# `// name - computed: false, optional: true, required: false`, and what follows until the next.
MEMBER = re.compile(
    r"^    // (\w+) - computed: (true|false), optional: (true|false), required: (true|false)$",
    re.M,
)
CLASS = re.compile(r"^class (\w+) extends ", re.M)
# One entry of what is written as HCL, of a block or of a resource.
WRITTEN = re.compile(
    r"^ +(\w+): \{\s+value: (.*),\s+isBlock: (true|false),\s+type: \"(\w+)\",\s+storageClassType: \"(\w+)\"",
    re.M,
)
SCALARS = {"string": "string", "number": "number", "boolean": "bool"}
READ = {
    "getStringAttribute": "string",
    "getNumberAttribute": "number",
    "getBooleanAttribute": "bool",
    "getListAttribute": ["list", "string"],
    "getNumberListAttribute": ["list", "number"],
    "getStringMapAttribute": ["map", "string"],
    "getNumberMapAttribute": ["map", "number"],
    "getBooleanMapAttribute": ["map", "bool"],
}


class Unreadable(Exception):
    """A package that is not shaped as expected: better said than guessed around."""


class Package:
    """The generated bindings of one provider."""

    def __init__(self, wheel):
        with zipfile.ZipFile(wheel) as files:
            [inner] = [name for name in files.namelist() if name.endswith(".jsii.tgz")]
            with tarfile.open(fileobj=io.BytesIO(files.read(inner))) as tar:
                self.sources = {
                    member.name.split("/")[2]: tar.extractfile(member).read()
                    for member in tar
                    if re.fullmatch(r"package/lib/[\w-]+/index\.js", member.name)
                }
        provider = self.source("provider")
        found = re.search(r"providerName: '(\S+)',\s+providerVersion: '(\S+)'", provider)
        if not found:
            raise Unreadable(f"{wheel} does not say which provider it is of")
        self.name, self.version = found.groups()

    def source(self, folder):
        # Without the map to the TypeScript that it was: one line, longer than all the rest.
        return self.sources[folder].decode().partition("\n//# sourceMappingURL=")[0]

    def provider(self):
        text = self.source("provider")
        [main] = re.findall(r"^class (\w+) extends cdktn\.TerraformProvider ", text, re.M)
        return resource(text, main)

    def types(self):
        """What can be asked for: `aws_instance`, and `data.aws_iam_policy_document`."""
        for folder in self.sources:
            prefix = f"data-{self.name}-"
            if folder.startswith(prefix):
                yield f"data.{self.name}_" + folder[len(prefix) :].replace("-", "_")
            elif folder != "provider":
                yield f"{self.name}_" + folder.replace("-", "_")

    def schema(self, kind):
        """The block of a resource or of a data source; None where the provider has no such thing."""
        data, _, name = kind.rpartition(".")
        own = name.removeprefix(self.name + "_").replace("_", "-")
        folder = f"data-{self.name}-{own}" if data else own
        if folder not in self.sources:
            return None
        text = self.source(folder)
        if f"terraformResourceType: '{name}'" not in text:
            raise Unreadable(f"{folder} of {self.name} {self.version} is not {name}")
        [main] = re.findall(r"^class (\w+) extends cdktn\.Terraform(?:Resource|DataSource) ", text, re.M)
        return resource(text, main)


def resource(text, main):
    parts = CLASS.split(text)
    classes = dict(zip(parts[1::2], parts[2::2]))
    written = {}
    for function, body in re.findall(r"^function (\w+)ToHclTerraform\(struct\) \{$(.*?)^\}$", text, re.M | re.S):
        written[function.lower()] = body
    return block(classes, written, main, re.search(r"synthesizeHclAttributes\(\) \{.*", classes[main], re.S)[0])


def block(classes, written, name, hcl):
    """What a class holds: `hcl` is the text that writes it, empty for what is only ever read."""
    entries = {match[0]: match[1:] for match in WRITTEN.findall(hcl)}
    members = MEMBER.split(classes[name])
    found = {"attributes": {}, "block_types": {}}
    for at in range(1, len(members), 5):
        member, computed, optional, required, body = members[at : at + 5]
        flags = {
            "computed": computed == "true",
            "optional": optional == "true",
            "required": required == "true",
        }
        value, is_block, shape, _ = entries.get(member, ("", "false", "", ""))
        inner = re.search(r"= new (\w+)\(this, \"\w+\"(?:, (true|false))?\)", body)
        if inner is None and is_block == "true":
            found["block_types"][member] = settings(written, value, shape)
            continue
        if inner is None:
            found["attributes"][member] = {"type": leaf(name, member, body, entries), **flags}
            continue
        holder, is_set = inner[1], inner[2] == "true"
        many = re.sub(r"(List|Map)$", "OutputReference", holder)
        if many not in classes:
            # A list, set or map of lists, such as BooleanMapList of the base library.
            found["attributes"][member] = {"type": "dynamic", **flags}
            continue
        stem = many.removesuffix("OutputReference").lower()
        of = block(classes, written, many, written.get(stem, ""))
        single = holder.endswith("OutputReference")
        if is_block == "true" and (shape == "struct") == (member == "timeouts") and ", false)" not in value:
            found["block_types"][member] = {
                "nesting": "single" if shape == "struct" else shape,
                "min_items": int(flags["required"]),
                "max_items": 1 if single and shape != "struct" else 0,
                "block": of,
            }
            continue
        # Everything else is an attribute that holds objects.
        kind = ["object", {key: each["type"] for key, each in of["attributes"].items()}]
        for key, each in of["block_types"].items():
            kind[1][key] = ["list", ["object", {k: v["type"] for k, v in each["block"]["attributes"].items()}]]
        optional_keys = [key for key, each in of["attributes"].items() if not each["required"]]
        if shape == "struct" or (single and not shape):
            outer = None
        elif holder.endswith("Map"):
            outer = "map"
        else:
            outer = "set" if is_set or shape == "set" else "list"
        found["attributes"][member] = {
            "type": [outer, kind] if outer else kind,
            "optional_keys": optional_keys,
            **flags,
        }
    return found


def settings(written, value, shape):
    """A block of the provider's own settings: only written, so nothing says what it requires."""
    of = {"attributes": {}, "block_types": {}}
    stem = re.search(r"(\w+)ToHclTerraform", value)[1].lower()
    if stem not in written:
        raise Unreadable(f"nothing writes {stem}")
    for member, *entry in WRITTEN.findall(written[stem]):
        if entry[1] == "true":
            of["block_types"][member] = settings(written, entry[0], entry[2])
        else:
            kind = leaf(stem, member, "", {member: entry})
            of["attributes"][member] = {"type": kind, "computed": False, "optional": True, "required": False}
    single = "listMapper" not in value
    return {"nesting": "list" if shape == "struct" else shape, "min_items": 0, "max_items": int(single), "block": of}


def leaf(name, member, body, entries):
    """The type of an attribute that holds no objects."""
    if member in entries:
        _, _, shape, storage = entries[member]
        if shape == "simple" and storage in SCALARS:
            return SCALARS[storage]
        of = re.fullmatch(r"(string|number|boolean)(List|Map)", storage)
        if of and shape in ("list", "set", "map"):
            return [shape, SCALARS[of[1]]]
        return "dynamic"
    read = re.search(r"return (cdktn\.Fn\.tolist\()?this\.(\w+)\('", body)
    if read and read[2] in READ:
        kind = READ[read[2]]
        return ["set", kind[1]] if read[1] else kind
    if "interpolationForAttribute" in body or "new cdktn." in body:
        return "dynamic"
    raise Unreadable(f"{name}.{member}: {body[:120]!r}")


if __name__ == "__main__":
    package = Package(sys.argv[1])
    for kind in sys.argv[2:]:
        print(kind, json.dumps(package.schema(kind), indent=1))
