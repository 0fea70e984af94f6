#pragma once

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <precompiled.hpp>
#include <rapidjson/document.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <thread>
