#pragma once

#include "config/yaml_document.hpp"

#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace webhookd::config {

/// Puts the documents of several files together. What it makes lives as long as it does, and points into the
/// documents.
class yaml_merge {
public:
    /// A key that both set, where neither two maps nor two lists meet.
    using clash = std::function<void(const yaml_entry& first, const yaml_entry& second, std::string path)>;

    /// Both maps' keys: maps merge, lists append, and of everything else the first stays and `on_clash` hears
    /// of it. Both must be maps.
    const yaml_node* maps(const yaml_node& first, const yaml_node& second, const clash& on_clash,
                          const std::string& path = {});

    /// `root` with `value` at `path`, whatever was there; steps that are missing become maps. A step finds a
    /// key regardless of case, with `_` for `-`, and in a list an element by its number. Null when a step
    /// leads through something that is neither map nor such an element. `at` becomes the location of `value`
    /// and of what is made; a key that is made is named by `name_new`, which gets the step's index.
    using key_namer = std::function<std::string(std::size_t step)>;
    const yaml_node* replace(const yaml_node* root, const std::vector<std::string>& path,
                             const yaml_node& value, location at, const key_namer& name_new);

private:
    const yaml_node* replace_from(const yaml_node* node, const std::vector<std::string>& path,
                                  std::size_t step, const yaml_node& value, location at,
                                  const key_namer& name_new);

    std::deque<yaml_node> made_;
};

} // namespace webhookd::config
