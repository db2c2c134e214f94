// The data readers and analyses of l2g::compiled.
#include <l2g/data/baseline-inl.hpp>
#include <l2g/data/dataset-inl.hpp>
#include <l2g/data/encode-inl.hpp>
#include <l2g/data/fasta-inl.hpp>
#include <l2g/data/features-inl.hpp>
#include <l2g/data/leakage-inl.hpp>
#include <l2g/data/letters-inl.hpp>
#include <l2g/data/line_reader-inl.hpp>
#include <l2g/data/load-inl.hpp>
#include <l2g/data/logistic-inl.hpp>
#include <l2g/data/motif-inl.hpp>
#include <l2g/data/probe-inl.hpp>
#include <l2g/data/simulate-inl.hpp>
#include <l2g/data/split-inl.hpp>
#include <l2g/data/summary-inl.hpp>
#include <l2g/data/table-inl.hpp>
#include <l2g/data/write-inl.hpp>
