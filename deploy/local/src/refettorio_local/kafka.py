"""An Apache Kafka broker of our own: KRaft, one node, on the loopback address alone."""

import base64
import subprocess
import uuid
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from refettorio_local.addresses import HOST, Ports
from refettorio_local.errors import PlatformError
from refettorio_local.java import class_path, java_command
from refettorio_local.probes import is_listening
from refettorio_local.program import Program, inherited_environment

HEAP_MB = 512
FORMAT_SECONDS = 60
QUIET = ("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",)

# One broker: every internal topic has one replica, and few partitions so that start and stop are
# quick. A broker that comes back after a crash waits for its own old session to expire, hence the
# short one. Consumers join at once instead of waiting three seconds for companions.
#
# Our own services are ANONYMOUS, which only the listeners without sign-in make of anybody: they may
# do everything. Other systems sign in on the listener SUBSCRIBERS, where they may do what an ACL says
# and nothing else; who stays connected signs in again every five minutes.
SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{port},SUBSCRIBERS://{host}:{subscribers},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port},SUBSCRIBERS://{host}:{subscribers}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SUBSCRIBERS:SASL_PLAINTEXT
inter.broker.listener.name=PLAINTEXT
listener.name.subscribers.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.subscribers.scram-sha-512.sasl.jaas.config=\
  org.apache.kafka.common.security.scram.ScramLoginModule required;
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
allow.everyone.if.no.acl.found=false
log.dirs={folder}
auto.create.topics.enable=false
broker.heartbeat.interval.ms=250
broker.session.timeout.ms=1500
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
num.network.threads=2
num.io.threads=4
background.threads=2
num.recovery.threads.per.data.dir=2
"""


def kafka_program(*, ports: Ports, folder: Path, log_path: Path, jars: list[Path]) -> Program:
    """The broker with its data in `folder`, which is made and formatted when new.

    Blocks for about two seconds the first time. Raises PlatformError when formatting fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "server.properties"
    settings.write_text(
        SETTINGS.format(
            host=HOST,
            port=ports.kafka,
            controller=ports.kafka_controller,
            subscribers=ports.kafka_subscribers,
            folder=folder / "log",
        ),
        encoding="utf-8",
    )
    if not (folder / "log" / "meta.properties").exists():
        _format(settings, jars)
    return Program(
        name="kafka",
        command=java_command(
            heap_mb=HEAP_MB,
            arguments=(*QUIET, "-cp", class_path(jars), "kafka.Kafka", str(settings)),
        ),
        environment=inherited_environment(),
        ready=lambda: _is_serving(ports.kafka),
        stop_seconds=20,
        is_quiet=True,
        log_path=log_path,
    )


def _format(settings: Path, jars: list[Path]) -> None:
    # A leading dash would read as an option of the tool.
    cluster_id = "R" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")[1:]
    command = java_command(
        heap_mb=HEAP_MB,
        arguments=(
            *(*QUIET, "-cp", class_path(jars), "kafka.tools.StorageTool", "format"),
            *("--cluster-id", cluster_id, "--config", str(settings)),
        ),
    )
    done = subprocess.run(command, capture_output=True, text=True, timeout=FORMAT_SECONDS, check=False)
    if done.returncode != 0:
        raise PlatformError(f"Kafka could not format {settings.parent}:\n{done.stderr}")


async def _is_serving(port: int) -> bool:
    """Whether the broker answers for the cluster: an open port comes a little before."""
    if not await is_listening(HOST, port):
        return False
    admin = AIOKafkaAdminClient(bootstrap_servers=f"{HOST}:{port}", request_timeout_ms=2_000)
    try:
        await admin.start()
        cluster = await admin.describe_cluster()
    except KafkaError:
        return False
    finally:
        await admin.close()
    return bool(cluster["brokers"])
