#pragma once
// The rules of all layers of the library, for the pair tape.
#include <l2g/interpret/rescale_activation.hpp>
#include <l2g/interpret/rescale_affine.hpp>
#include <l2g/interpret/rescale_attention.hpp>
#include <l2g/interpret/rescale_containers.hpp>
#include <l2g/interpret/rescale_feed_forward.hpp>
#include <l2g/interpret/rescale_kmer_bag.hpp>
#include <l2g/interpret/rescale_language_model.hpp>
#include <l2g/interpret/rescale_norm.hpp>
#include <l2g/interpret/rescale_pool.hpp>
#include <l2g/interpret/rescale_strands.hpp>
