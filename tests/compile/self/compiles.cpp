// error: something
int main() {}
