# Sources of daemon/http; include from daemon/CMakeLists.txt.
set(http_sources
    http/api.cpp
    http/authenticate.cpp
    http/beast.cpp
    http/health.cpp
    http/json.cpp
    http/json_writer.cpp
    http/keywords.cpp
    http/message.cpp
    http/message_view.cpp
    http/messages.cpp
    http/problem.cpp
    http/recipients.cpp
    http/router.cpp
    http/send.cpp
    http/server.cpp
    http/vocabulary.cpp)
