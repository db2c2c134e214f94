#pragma once
// Everything of l2g::data.
#include <l2g/data/annotation.hpp>
#include <l2g/data/augment.hpp>
#include <l2g/data/baseline.hpp>
#include <l2g/data/encode.hpp>
#include <l2g/data/genome.hpp>
#include <l2g/data/intervals.hpp>
#include <l2g/data/leakage.hpp>
#include <l2g/data/load.hpp>
#include <l2g/data/simulate.hpp>
#include <l2g/data/split.hpp>
#include <l2g/data/split_by_chromosome.hpp>
#include <l2g/data/summary.hpp>
#include <l2g/data/variants.hpp>
#include <l2g/data/write.hpp>
