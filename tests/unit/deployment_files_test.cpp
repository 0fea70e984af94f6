#include "support/config_fixture.hpp"

#include <catch2/catch.hpp>

using webhookd::test::read_source_file;

TEST_CASE("the unit does not start again what a mistake in the configuration keeps from starting",
          "[deployment]") {
    const auto unit = read_source_file("systemd/universign-webhookd.service");
    CHECK_THAT(unit, Catch::Contains("\nRestartPreventExitStatus=78\n"));
    // systemd looks at the exit code of the main process alone.
    CHECK_THAT(unit, !Catch::Contains("\nExecStartPre="));
}

TEST_CASE("compose mounts the folder of the configuration, so that an edited file is seen", "[deployment]") {
    const auto compose = read_source_file("docker/compose.yaml");
    CHECK_THAT(compose, Catch::Contains("- ./config:/etc/universign-webhookd:ro\n"));
    CHECK_THAT(compose, !Catch::Contains(".yaml:/etc/universign-webhookd"));
    CHECK_FALSE(read_source_file("docker/config/universign-webhookd.yaml").empty());
}
