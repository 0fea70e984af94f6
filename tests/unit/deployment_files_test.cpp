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

TEST_CASE("the compose file for several daemons has no password and no way to the database but theirs",
          "[deployment]") {
    const auto compose = read_source_file("docker/compose.cluster.yaml");
    CHECK_THAT(compose, Catch::Contains("POSTGRES_PASSWORD_FILE: /run/secrets/db_admin"));
    CHECK_THAT(compose, !Catch::Contains("POSTGRES_PASSWORD:"));
    CHECK_THAT(compose, Catch::Contains("networks: [database] "));
    CHECK_THAT(compose, Catch::Contains("  database:\n    internal: true\n"));
    CHECK_THAT(compose, Catch::Contains("- ./cluster/config:/etc/universign-webhookd:ro\n"));
    CHECK_THAT(read_source_file("docker/cluster/config/universign-webhookd.yaml"),
               Catch::Contains("password: \"${file:/run/secrets/db}\""));
}
