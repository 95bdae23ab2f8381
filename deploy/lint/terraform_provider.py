"""Stands in for the providers of Terraform: says their schemas, and does nothing.

Terraform itself checks a configuration against the schema that a provider tells it, and with
`mock_provider` its tests need no more than that. So `terraform validate` and `terraform test` run
here with the real Terraform and without any provider's program. What a provider checks in its own
code stays unchecked, and nothing can be planned or applied for real: those calls are refused.
"""

import json
from concurrent.futures import ThreadPoolExecutor

import grpc
from tf.gen import tfplugin_pb2 as wire
from tf.gen import tfplugin_pb2_grpc as plugin

NESTING = wire.Schema.NestedBlock.NestingMode


def as_block(block):
    return wire.Schema.Block(
        attributes=[as_attribute(name, each) for name, each in sorted(block["attributes"].items())],
        block_types=[
            wire.Schema.NestedBlock(
                type_name=name,
                block=as_block(each["block"]),
                nesting=NESTING.Value(each["nesting"].upper()),
                min_items=each["min_items"] if each["nesting"] in ("list", "set") else 0,
                max_items=each["max_items"],
            )
            for name, each in sorted(block["block_types"].items())
        ],
    )


def as_attribute(name, each):
    return wire.Schema.Attribute(
        name=name,
        type=json.dumps(each["type"]).encode(),
        required=each["required"],
        optional=each["optional"],
        computed=each["computed"],
    )


class StandIn(plugin.ProviderServicer):
    """One provider: its own settings, and the resources and data sources that are asked for."""

    def __init__(self, package, kinds):
        resources, data = {}, {}
        for kind in kinds:
            block = package.schema(kind)
            if block is None:
                continue  # Terraform says so, and where.
            into = data if kind.startswith("data.") else resources
            into[kind.removeprefix("data.")] = wire.Schema(block=as_block(block))
        self.answer = wire.GetProviderSchema.Response(
            provider=wire.Schema(block=as_block(package.provider())),
            resource_schemas=resources,
            data_source_schemas=data,
        )

    def GetMetadata(self, request, context):
        return wire.GetMetadata.Response(
            resources=[{"type_name": name} for name in self.answer.resource_schemas],
            data_sources=[{"type_name": name} for name in self.answer.data_source_schemas],
        )

    def GetProviderSchema(self, request, context):
        return self.answer

    def ValidateProviderConfig(self, request, context):
        return wire.ValidateProviderConfig.Response()

    def ValidateResourceConfig(self, request, context):
        return wire.ValidateResourceConfig.Response()

    def ValidateDataResourceConfig(self, request, context):
        return wire.ValidateDataResourceConfig.Response()

    def UpgradeResourceState(self, request, context):
        return wire.UpgradeResourceState.Response(
            upgraded_state=wire.DynamicValue(json=request.raw_state.json)
        )

    def GetFunctions(self, request, context):
        return wire.GetFunctions.Response()

    def StopProvider(self, request, context):
        return wire.StopProvider.Response()


def serve(provider, socket):
    server = grpc.server(
        ThreadPoolExecutor(4),
        options=[("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)],
    )
    plugin.add_ProviderServicer_to_server(provider, server)
    server.add_insecure_port(f"unix:{socket}")
    server.start()
    return server


def reattach(sockets):
    """What TF_REATTACH_PROVIDERS has to be for Terraform to ask these instead of looking for programs."""
    return json.dumps(
        {
            address: {
                "Protocol": "grpc",
                "ProtocolVersion": 6,
                "Pid": 1,
                "Test": True,
                "Addr": {"Network": "unix", "String": str(socket)},
            }
            for address, socket in sockets.items()
        }
    )
