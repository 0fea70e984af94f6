# What is costly to make and the same for every checkout; sourced. Each thing is kept under a key of what it is made of.
# shellcheck shell=bash disable=SC2034
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/universign-webhookd/deploy
