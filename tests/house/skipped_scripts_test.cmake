# cmake -DWORK=... -DCTEST=... -DPYTHON=... -DSKIPPED=... -P skipped_scripts_test.cmake
# Scripts that pass, that skip a case, and that skip one and fail in another are shown as just that, given what tests/ gives
# its scripts.
file(REMOVE_RECURSE "${WORK}")
set(head "import unittest\nclass Cases(unittest.TestCase):\n")
set(passes "    def test_a(self):\n        pass\n")
set(skips "    def test_b(self):\n        self.skipTest('what it needs is missing')\n")
set(fails "    def test_c(self):\n        self.fail()\n")
set(run "unittest.main()\n")
file(WRITE "${WORK}/passes.py" "${head}${passes}${run}")
file(WRITE "${WORK}/skips.py" "${head}${passes}${skips}${run}")
file(WRITE "${WORK}/fails.py" "${head}${passes}${skips}${fails}${run}")
set(tests "")
foreach(name passes skips fails)
    string(APPEND tests "add_test(${name} [[${PYTHON}]] -B [[${WORK}/${name}.py]])\n"
        "set_tests_properties(${name} PROPERTIES SKIP_REGULAR_EXPRESSION [[${SKIPPED}]])\n")
endforeach()
file(WRITE "${WORK}/CTestTestfile.cmake" "${tests}")
execute_process(COMMAND "${CTEST}" --test-dir "${WORK}" OUTPUT_VARIABLE told ERROR_VARIABLE told)
foreach(wanted "passes \\.+ +Passed" "skips \\.+\\*\\*\\*Skipped" "fails \\.+\\*\\*\\*Failed")
    if(NOT told MATCHES "${wanted}")
        message(FATAL_ERROR "Not found: ${wanted}\n${told}")
    endif()
endforeach()
