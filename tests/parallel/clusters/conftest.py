"""Clusters on this machine's loopback: two workers each, which end with the tests that use them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor

import pytest


@pytest.fixture(scope="package")
def dask() -> Iterator[Executor]:
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            processes=True,
            n_workers=2,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=":0",
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client.get_executor()


@pytest.fixture(scope="package")
def ipyparallel() -> Iterator[Executor]:
    import ipyparallel

    with ipyparallel.Cluster(n=2, controller_ip="127.0.0.1", log_level=40) as client:
        yield client.load_balanced_view().executor


@pytest.fixture(params=["dask", "ipyparallel"])
def cluster(request: pytest.FixtureRequest) -> Executor:
    """The executor of each cluster in turn."""
    executor: Executor = request.getfixturevalue(request.param)
    return executor
