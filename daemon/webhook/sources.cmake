# Sources of daemon/webhook; include from daemon/CMakeLists.txt.
set(webhook_sources webhook/address.cpp webhook/answer.cpp webhook/client.cpp webhook/client_thread.cpp
                    webhook/connection.cpp webhook/curl_loop.cpp webhook/curl_request.cpp webhook/kept_connections.cpp
                    webhook/payload.cpp webhook/url.cpp)
