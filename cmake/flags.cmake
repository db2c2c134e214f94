# The flags that a program sees which links to `target`, for tests that call the compiler themselves.
function(l2g_flags variable target)
  set(includes $<TARGET_PROPERTY:${target},INTERFACE_INCLUDE_DIRECTORIES>)
  set(definitions $<TARGET_PROPERTY:${target},INTERFACE_COMPILE_DEFINITIONS>)
  # The compiler's own folder must keep its place in the order of search.
  set(foreign $<FILTER:${includes},EXCLUDE,^\(/usr/include$|${PROJECT_SOURCE_DIR}/\)>)
  set(${variable}
      -std=c++20
      $<TARGET_PROPERTY:${target},INTERFACE_COMPILE_OPTIONS>
      "$<$<BOOL:${definitions}>:-D$<JOIN:${definitions},$<SEMICOLON>-D>>"
      "$<$<BOOL:${foreign}>:-isystem$<JOIN:${foreign},$<SEMICOLON>-isystem>>"
      -I${PROJECT_SOURCE_DIR}/include
      PARENT_SCOPE)
endfunction()
